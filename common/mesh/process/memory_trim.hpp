// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// memory_trim.hpp -- what of the program and its libraries stays mapped once a process has started.
#pragma once

namespace phone::mesh {

// Unmaps the pages of program and libraries: most of them (relocation tables, initialisation, what the kernel maps
// around a page that is touched) are never used again, and count in full among a process's memory. What is used
// comes back from the page cache by a minor fault. To be called once, at rest. A debugger's breakpoints from before are
// gone afterwards.
void trim_memory();

}  // namespace phone::mesh
