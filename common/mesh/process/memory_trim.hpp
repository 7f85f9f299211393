// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// memory_trim.hpp -- unmaps clean pages of the program and its libraries once a process has started.
#pragma once

namespace phone::mesh {

// Unmaps the pages of program and libraries: most of them (relocation tables, initialisation, pages that the kernel
// maps around a touched one) are never used again, and count in full among a process's memory. What is used comes back
// from the page cache by a minor fault. To be called once, at rest. A debugger's breakpoints from before are gone
// afterwards.
void trim_memory();

}  // namespace phone::mesh
