// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// listening.hpp -- which TCP ports are listened on and which UDP ports are bound inside the phone, and deploy's table
// of those that may.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/rig/phone.hpp"

namespace phone::system {

struct Bound {
  std::string protocol;  // "tcp", "udp"
  uint32_t port;
  uint32_t uid;
};

struct Named {
  std::string protocol;
  uint32_t first, last;  // both 0: the port policy names
};

absl::StatusOr<std::vector<Named>> read_ports(const std::string& file);
absl::StatusOr<std::vector<Bound>> listening(const rig::Phone& phone);
bool is_named(const std::vector<Named>& table, const Bound& bound, uint32_t policy_port);

}  // namespace phone::system
