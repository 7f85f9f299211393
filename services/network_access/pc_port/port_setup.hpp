// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/network_access/link/mac.hpp"
#include "services/network_access/link/network_policy.hpp"

// How the two ports of the phone hang together on Linux: a bridge of both, whose own end is the phone; and a pair of
// virtual ports between the EAPOL dispatcher and the supplicant, which sees nothing of the bridge.
namespace phone::network {

struct PortNames {
  std::string bridge, switch_port, pc_port;
  // Ends of the pair: the supplicant's and ours.
  static constexpr char kSupplicant[] = "eap0";
  static constexpr char kDispatcher[] = "eap1";
};

// Makes ports that do not exist yet; those of a predecessor stay. The bridge has the switch port's address.
absl::Status make_ports(const PortNames& names, const Mac& own);

// PC port on or off (off: no carrier), and which of its frames come in and go out (frame_filter.hpp): no EAPOL past the
// dispatcher, nothing in the phone's name, nothing into a tagged VLAN unless the PC may, no tag within a tag. Frames to
// the phone itself do not go out to it (no span). CDP is between neighbours: a bridge would pass it on, so it is
// stopped both ways.
absl::Status set_pc_port(const PortNames& names, const Mac& own, const PortPolicy& policy);

// drop_gratuitous_arp and arp_accept of this port (Documentation/networking/ip-sysctl.rst), by rtnetlink.
absl::Status set_gratuitous_arp(const std::string& port, bool taken);

// arp_evict_nocarrier off: neighbour entries outlive the short loss of carrier in a roam. Else the first packet after
// it waits for an ARP answer, a second long (network.md section 5).
absl::Status keep_neighbours(const std::string& port);

}  // namespace phone::network
