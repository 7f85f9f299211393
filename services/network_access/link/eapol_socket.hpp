// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/os/descriptor.hpp"

namespace phone::network {

// A packet socket that gets every EAPOL frame that comes in on a port, also of a bridge, and can send on it. It does
// not block. `buffer` bounds in bytes what a flood may occupy; 0: the kernel's default.
absl::StatusOr<os::Descriptor> open_eapol_socket(const std::string& port, int buffer);

}  // namespace phone::network
