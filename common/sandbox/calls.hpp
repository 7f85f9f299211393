// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// calls.hpp -- the system calls of a mesh service, by what they are for. What is in no list is refused with EPERM; what
// no correct code here ever does ends the process, so that its supervisor says what it tried.
#pragma once

#include <span>
#include <string_view>

namespace phone::sandbox {

using Calls = std::span<const std::string_view>;

Calls of_every_service();
Calls of_priority();
Calls of_programs();    // starting and awaiting a program, and what small programs do
Calls of_sanitizers();  // empty in a build without
Calls of_attackers();
Calls of_identity();  // becoming another user

}  // namespace phone::sandbox
