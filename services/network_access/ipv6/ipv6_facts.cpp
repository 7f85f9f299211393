// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/ipv6/ipv6_facts.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace phone::network {
namespace {

Ipv6State state_of(const Routers& routers, const Dhcp6Machine& dhcp, bool link) {
  if (!link) return Ipv6State::kNoLink;
  switch (dhcp.state()) {
    case Dhcp6State::kOff:
      if (routers.heard()) return Ipv6State::kByRouter;
      return routers.silent() ? Ipv6State::kNoRouter : Ipv6State::kAskingRouters;
    case Dhcp6State::kRenewing:
    case Dhcp6State::kRebinding:
      return Ipv6State::kUnconfirmed;
    default:
      if (dhcp.held()) return dhcp.held()->lease.address ? Ipv6State::kHeld : Ipv6State::kInformed;
      return dhcp.refusal().empty() ? Ipv6State::kAsking : Ipv6State::kRefused;
  }
}

}  // namespace

Ipv6Facts ipv6_facts(const Routers& routers, const Dhcp6Machine& dhcp, bool link, const std::string& port,
                     SteadyTime now) {
  Ipv6Facts facts{.state = state_of(routers, dhcp, link), .held = dhcp.held(), .refusal = dhcp.refusal()};
  facts.story = dhcp.story().steps();
  for (const Ipv6& router : routers.default_routers(now)) facts.routers.push_back(text_of(router));
  std::vector<Ipv6> dns;
  if (facts.held) {
    const Lease6& lease = facts.held->lease;
    dns = lease.dns;
    facts.domain = lease.domain;
    facts.provisioning = {.servers = lease.servers, .source = lease.source};
  }
  for (const Ipv6& one : routers.dns(now)) {
    if (std::find(dns.begin(), dns.end(), one) == dns.end()) dns.push_back(one);
  }
  for (const Ipv6& one : dns) facts.dns.push_back(text_on(one, port));
  if (const auto names = routers.search(now); facts.domain.empty() && !names.empty()) facts.domain = names.front();
  return facts;
}

std::string sentence(const Ipv6Facts& facts) {
  const std::string routers = absl::StrJoin(facts.routers, ", ");
  const std::string address =
      facts.held && facts.held->lease.address ? text_of(*facts.held->lease.address) : std::string("the address");
  switch (facts.state) {
    case Ipv6State::kOff:
      return "IPv6 is not used";
    case Ipv6State::kNoLink:
      return "There is no link";
    case Ipv6State::kAskingRouters:
      return "The routers are being asked";
    case Ipv6State::kNoRouter:
      return "No router announces itself: there is no IPv6 beyond the link";
    case Ipv6State::kByRouter:
      return routers.empty() ? "A router announces itself, but not as a way to other networks"
                             : absl::StrCat("Addresses come from the router ", routers);
    case Ipv6State::kAsking:
      return "The router refers to DHCPv6: its servers are being asked";
    case Ipv6State::kRefused:
      return absl::StrCat("The DHCPv6 server refuses: ", facts.refusal);
    case Ipv6State::kInformed:
      return facts.refusal.empty()
                 ? "Addresses come from the router, settings from DHCPv6"
                 : absl::StrCat("DHCPv6 gave settings, but its server refuses an address: ", facts.refusal);
    case Ipv6State::kHeld:
      return absl::StrCat("The DHCPv6 lease of ", address, " is in force");
    case Ipv6State::kUnconfirmed:
      return absl::StrCat("The DHCPv6 lease of ", address, " is in force but was not renewed: no server answers");
  }
  return {};
}

}  // namespace phone::network
