// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/network_access/link/dhcp_machine.hpp"

// A lease as it is kept: the server's own message, read again as it was received, and when it was asked for.
namespace phone::network {

inline constexpr std::size_t kMaxLeaseBytes = 2048;

struct KeptLease {
  std::string port;
  Ipv4 before = 0;  // the address in use until then; a process that died in between did not take it away
  HeldLease held;
};
std::string encode(const KeptLease& kept);
// Nothing when it is not whole, or of another port.
std::optional<KeptLease> decode_lease(std::string_view bytes, const std::string& port);

}  // namespace phone::network
