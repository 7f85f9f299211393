// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <string>

#include "tools/rig/secure_call.hpp"

namespace phone::system {

std::filesystem::path program_of(rig::SecureCall& call, const std::string& service);
// Another build of a service, put where the phone finds it: the same code, other bytes. What is under test is the way
// it takes the place of the first. The path as the phone sees it; empty when it could not be made.
std::string make_second_build(rig::SecureCall& call, const std::string& service, const std::string& mark);
// deploy/libexec/phone-upgrade inside the phone; its exit code.
int upgrade(rig::SecureCall& call, const std::string& service, const std::string& build, int seconds = 8);

}  // namespace phone::system
