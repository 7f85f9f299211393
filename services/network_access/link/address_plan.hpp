// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "services/network_access/link/lease.hpp"

// What a lease asks of the kernel's addresses and routes, and the steps from what is to what should be.
namespace phone::network {

// Of one port.
struct KernelState {
  std::vector<InterfaceAddress> addresses;
  std::vector<Route> routes;  // those that DHCP made (RTPROT_DHCP)
  bool up = false;            // switched on
  friend bool operator==(const KernelState&, const KernelState&) = default;
};

struct WantedState {
  InterfaceAddress address;
  std::vector<Route> routes;  // on-link ones first
  friend bool operator==(const WantedState&, const WantedState&) = default;
};
WantedState wanted_by(const Lease& lease);

struct AddAddress {
  InterfaceAddress address;
};
struct DeleteAddress {
  InterfaceAddress address;
};
struct AddRoute {
  Route route;
  Ipv4 source = 0;
  bool onlink = false;  // the gateway is not in the address's network, nor reached by another route of the lease
};
struct DeleteRoute {
  Route route;
};
using KernelStep = std::variant<AddAddress, DeleteAddress, AddRoute, DeleteRoute>;

// `ours`: addresses that leases before this one set. The new address comes before the old ones go, so that there is
// always one. Within a network the kernel makes the new one a secondary of the old and removes it with that, unless it
// `promotes` secondaries: without that the old one goes first.
std::vector<KernelStep> plan(const KernelState& now, const std::optional<WantedState>& wanted,
                             const std::vector<Ipv4>& ours, bool promotes);

// Adds what a datagram of a dump (RTM_GETADDR, RTM_GETROUTE, RTM_GETLINK) says of the port with this number.
void apply_dump(std::string_view datagram, int port, KernelState& state);

}  // namespace phone::network
