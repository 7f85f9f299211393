// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/network_access/link/lease.hpp"

namespace phone::network {

struct ProvisioningServers {
  std::vector<std::string> servers;  // in order, at most two are used (cisco-formats.md E1)
  // "alternate", "option 150", "option 66", "option 43", "siaddr", "sname", "DHCPv6 option 17", "DHCPv6 option 59";
  // empty: none
  std::string source;
  friend bool operator==(const ProvisioningServers&, const ProvisioningServers&) = default;
};

// The alternate server set by hand wins, then option 150, then option 66, then the vendor's option; as the last resort
// the next server of the BOOTP header (siaddr, sname), which many DHCP servers set to themselves unasked. What DHCPv6
// names goes before this last resort and after the options.
ProvisioningServers choose(const std::vector<std::string>& alternate, const std::optional<Lease>& lease,
                           const ProvisioningServers& by_ipv6 = {});

// How well a lease tells a phone its provisioning servers: 4 by option 150, 3 by 66, 2 by 43, 1 by siaddr or sname,
// 0 not at all.
int worth(const Lease& lease);
inline constexpr int kWorthMost = 4;
inline constexpr int kWorthByOption = 2;  // and above: by an option that is meant for it
// Those of "option 150", "option 66", "option 43" that name no server.
std::vector<std::string> missing_options(const Lease& lease);

// "10.0.0.1,cucm.example": INVALID_ARGUMENT for an invalid host.
absl::StatusOr<std::vector<std::string>> parse_alternate(std::string_view text);

}  // namespace phone::network
