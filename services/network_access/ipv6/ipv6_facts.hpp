// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "services/network_access/ipv6/dhcp6_machine.hpp"
#include "services/network_access/ipv6/routers.hpp"
#include "services/network_access/link/provisioning_server.hpp"

namespace phone::network {

// Where the phone stands with IPv6, as people and other services see it.
enum class Ipv6State : std::uint8_t {
  kOff,  // IPv6 is not used
  kNoLink,
  kAskingRouters,
  kNoRouter,     // none has answered: there is no IPv6 beyond the link
  kByRouter,     // addresses from its prefixes, and no DHCPv6
  kAsking,       // the router names DHCPv6, and no server has answered yet
  kRefused,      // a DHCPv6 server refuses, and nothing is in force
  kInformed,     // addresses from the router, settings by DHCPv6
  kHeld,         // address and settings by DHCPv6
  kUnconfirmed,  // the same, but its server does not answer (T1 has passed)
};

struct Ipv6Facts {
  Ipv6State state = Ipv6State::kOff;
  std::vector<std::string> routers;  // default routers
  std::optional<Held6> held;         // by DHCPv6
  std::vector<std::string> dns;      // of DHCPv6, then of routers
  std::string domain;
  ProvisioningServers provisioning;      // by DHCPv6
  std::string refusal;                   // of the DHCPv6 server
  std::vector<std::string> conflicting;  // addresses that another device has (RFC 4862)
  std::deque<DhcpStep> story;            // of DHCPv6, oldest first
  friend bool operator==(const Ipv6Facts&, const Ipv6Facts&) = default;
};

// `port`: the zone of link-local DNS servers. Without a link the facts learned before stay.
Ipv6Facts ipv6_facts(const Routers& routers, const Dhcp6Machine& dhcp, bool link, const std::string& port,
                     SteadyTime now);

// The state in one sentence, as shown to users.
std::string sentence(const Ipv6Facts& facts);

}  // namespace phone::network
