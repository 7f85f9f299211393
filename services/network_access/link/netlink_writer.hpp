// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/network_access/link/address_plan.hpp"

// Changes of the kernel's by rtnetlink (RFC 3549), each acknowledged before the call returns. /proc/sys is read-only
// for us.
namespace phone::network {

// Settings of IPv4 on a port, as numbers of linux/ip.h with their values.
absl::Status set_inet(const std::string& port, const std::vector<std::array<std::uint32_t, 2>>& settings);

// One step of a plan. What is there already, or gone already, is success. INTERNAL with the kernel's reason.
absl::Status take_step(int port, const KernelStep& step);

// An IPv6 address of its own (/128; which others are on the link is the router's to say), with its lifetimes in
// seconds, all ones for ever: the kernel ends it by itself. Set again, it has the new ones.
absl::Status set_address6(int port, const std::array<std::uint8_t, 16>& address, std::uint32_t preferred,
                          std::uint32_t valid);
// Gone already is success.
absl::Status remove_address6(int port, const std::array<std::uint8_t, 16>& address);

// What the kernel has on the port with this number.
absl::StatusOr<KernelState> kernel_state(int port);

}  // namespace phone::network
