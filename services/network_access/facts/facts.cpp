// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/facts/facts.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace phone::network {

std::string sentence(const DhcpFacts& dhcp) {
  const Lease* lease = dhcp.held ? &dhcp.held->lease : nullptr;
  const std::string address = lease == nullptr ? "" : absl::StrCat(lease->address, " from ", lease->server);
  switch (dhcp.state) {
    case LeaseState::kOff:
      return "DHCP is not used";
    case LeaseState::kNoLink:
      return "No lease: there is no link";
    case LeaseState::kAsking:
      return "No lease yet: the DHCP servers are being asked";
    case LeaseState::kChecking:
      return "An address was granted and is being checked for another device that has it";
    case LeaseState::kConflict:
      return "Another device has the address that was granted; it was declined, another one is asked for";
    case LeaseState::kHeld:
      return absl::StrCat("The lease of ", address, " is in force");
    case LeaseState::kHeldNoServer:
      return absl::StrCat("The lease of ", address, " names no provisioning server for phones: it has no ",
                          absl::StrJoin(dhcp.missing_options, ", no "));
    case LeaseState::kUnconfirmed:
      return absl::StrCat("The lease of ", address,
                          " is in force but was not renewed: no server answers, or there is no link");
    case LeaseState::kAddressMissing:
      return absl::StrCat("The lease of ", address, " is in force, but the port does not have the address");
  }
  return {};
}

namespace {

bool is_v6(const std::string& address) { return address.find(':') != std::string::npos; }

// Of a lease in force, or of anything else that names some; else the last ones stay.
void choose_servers(Facts& facts, const std::optional<Lease>& lease, const std::vector<std::string>& alternate) {
  auto chosen = choose(alternate, lease, facts.ipv6.provisioning);
  if (lease || !chosen.servers.empty()) facts.provisioning = std::move(chosen);
}

}  // namespace

Resolving resolving(const Facts& facts) {
  Resolving found;
  const auto add = [&found](const std::vector<std::string>& servers) {
    for (const auto& one : servers) {
      if (std::find(found.servers.begin(), found.servers.end(), one) == found.servers.end())
        found.servers.push_back(one);
    }
  };
  if (facts.dhcp.held) add(facts.dns);
  add(facts.ipv6.dns);
  add(facts.dns);
  found.domain =
      facts.domain.empty() || (!facts.dhcp.held && !facts.ipv6.domain.empty()) ? facts.ipv6.domain : facts.domain;
  return found;
}

std::string resolver_file(const Resolving& resolving) {
  constexpr std::size_t kMost = 3;  // MAXNS
  std::vector<std::string> servers = resolving.servers;
  if (servers.size() > kMost) {
    const auto other = std::find_if(servers.begin(), servers.end(),
                                    [&](const std::string& one) { return is_v6(one) != is_v6(servers.front()); });
    if (other - servers.begin() >= static_cast<std::ptrdiff_t>(kMost) && other != servers.end()) {
      servers[kMost - 1] = *other;
    }
    servers.resize(kMost);
  }
  std::string text = "# written by phone-network-access\n";
  if (!resolving.domain.empty()) absl::StrAppend(&text, "search ", resolving.domain, "\n");
  for (const auto& one : servers) absl::StrAppend(&text, "nameserver ", one, "\n");
  return text + "options timeout:2\n";
}

Facts update(const Facts& held, const Ipv6Facts& ipv6, const std::vector<std::string>& alternate) {
  Facts facts = held;
  facts.ipv6 = ipv6;
  const auto& lease = facts.dhcp.held;
  choose_servers(facts, lease ? std::optional(lease->lease) : std::nullopt, alternate);
  if (!(facts == held)) ++facts.version;
  return facts;
}

Facts update(const Facts& held, const LinkObservation& seen, const std::vector<std::string>& alternate) {
  Facts facts = held;
  facts.link_up = seen.link.up;
  facts.speed_megabits = seen.link.up ? seen.speed_megabits : 0;
  facts.hardware_address = seen.link.hardware_address;
  facts.addresses = seen.link.addresses;
  facts.dhcp = seen.dhcp;
  choose_servers(facts, seen.lease, alternate);
  if (seen.lease) {
    facts.domain = seen.lease->domain;
    facts.dns = seen.lease->dns;
    facts.dhcp_server = seen.lease->server;
    facts.dhcp_left_out = seen.lease->left_out;
  }
  if (!(facts == held)) ++facts.version;
  return facts;
}

}  // namespace phone::network
