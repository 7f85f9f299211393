// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/network_access/ipv6/dhcp6_message.hpp"

// What a DHCPv6 server grants or tells, judged value by value.
namespace phone::network {

struct Lease6 {
  static constexpr std::uint32_t kForever = 0xffffffff;  // RFC 8415 section 7.7

  std::optional<Ipv6> address;                       // none: settings alone (RFC 8415 section 6.1)
  std::uint32_t preferred = kForever;                // seconds
  std::uint32_t valid = kForever;                    // seconds
  std::uint32_t renewal = 86400, rebinding = 86400;  // T1 and T2, in seconds; of settings: when they are asked again
  std::vector<Ipv6> dns;
  std::string domain;
  std::vector<std::string> servers;  // provisioning servers: addresses, or one name
  std::string source;                // of them: "DHCPv6 option 17", "DHCPv6 option 59"; empty: none
  friend bool operator==(const Lease6&, const Lease6&) = default;
};

// Of a REPLY or ADVERTISE. FAILED_PRECONDITION with the server's own words when it refuses; INVALID_ARGUMENT when an
// address is wanted and none of it can be used.
absl::StatusOr<Lease6> lease6_of(const Dhcp6Message& message, bool wants_address);

// The code as its RFC names it, and the server's words: "NoAddrsAvail: \"pool is empty\"".
std::string text_of(const Dhcp6Status& status);

// How much of what a phone needs: 2 by option 17, 1 by option 59, 0 without a provisioning server.
int worth(const Lease6& lease);

}  // namespace phone::network
