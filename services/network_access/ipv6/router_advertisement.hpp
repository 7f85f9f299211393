// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/network_access/ipv6/ipv6_values.hpp"
#include "services/network_access/link/mac.hpp"

// What a router announces and the kernel leaves to others (RFC 4861 section 4.2, RFC 8106). Prefixes and the default
// route are the kernel's.
namespace phone::network {

struct RouterAdvertisement {
  struct Servers {
    std::chrono::seconds lifetime{};  // 0: they are not to be used any more
    std::vector<Ipv6> addresses;
    friend bool operator==(const Servers&, const Servers&) = default;
  };
  struct Domains {
    std::chrono::seconds lifetime{};
    std::vector<std::string> names;
    friend bool operator==(const Domains&, const Domains&) = default;
  };

  std::chrono::seconds lifetime{};  // as a default router; 0: it is none
  bool managed = false;             // M: addresses come by DHCPv6
  bool other = false;               // O: other settings do
  std::vector<Servers> dns;         // RDNSS
  std::vector<Domains> search;      // DNSSL
  friend bool operator==(const RouterAdvertisement&, const RouterAdvertisement&) = default;
};

// Of the ICMPv6 message. INVALID_ARGUMENT with the reason; an option whose size does not fit makes the message
// invalid (RFC 4861 section 6.1.2); unknown options are skipped.
absl::StatusOr<RouterAdvertisement> parse_router_advertisement(std::string_view icmp);

// ICMPv6, the checksum left to the kernel (RFC 3542 section 3.1).
std::string router_solicitation(const Mac& own);

}  // namespace phone::network
