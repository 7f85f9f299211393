// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// calls.hpp -- the system calls of a mesh service, by purpose. A call in no list is refused with EPERM; one that
// no correct code here makes ends the process, so that the supervisor reports it.
#pragma once

#include <span>
#include <string_view>

namespace phone::sandbox {

using Calls = std::span<const std::string_view>;

Calls of_every_service();
Calls of_priority();
Calls of_programs();    // starting and awaiting a program, and the needs of small programs
Calls of_sanitizers();  // empty in a build without
Calls of_attackers();
Calls of_identity();  // becoming another user

}  // namespace phone::sandbox
