// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/network_access/access/access_session.hpp"
#include "services/network_access/discovery/neighbour.hpp"
#include "services/network_access/ipv6/ipv6_facts.hpp"
#include "services/network_access/link/link_observation.hpp"
#include "services/network_access/link/network_policy.hpp"
#include "services/network_access/link/provisioning_server.hpp"
#include "services/network_access/pc_port/pc_port_facts.hpp"
#include "services/network_access/time/time_keeper.hpp"
#include "services/network_access/wlan/roaming.hpp"
#include "services/network_access/wlan/wlan_profile.hpp"

namespace phone::network {

// The phone's access to a WLAN.
struct WlanAccess {
  std::string ssid;
  std::string security;      // "WPA3-SAE"
  bool unprotected = false;  // open: anyone near can read what is sent there
  bool compatible = false;   // TKIP is offered besides AES
  WlanBand band = WlanBand::kAny;
  std::string fast_roaming;  // "802.11r over the air"
  AccessStatus status;
  friend bool operator==(const WlanAccess&, const WlanAccess&) = default;
};

// How the policy of the ports is in force; empty: not known yet, or the kernel refused it.
struct PortInForce {
  std::optional<PortPolicy> policy;
  std::optional<bool> gratuitous_arp;
  friend bool operator==(const PortInForce&, const PortInForce&) = default;
};

// The published facts of this phone's network.
struct Facts {
  std::uint64_t version = 0;  // grows with every change, survives restarts
  std::string port;
  bool link_up = false;
  unsigned speed_megabits = 0;
  std::string hardware_address;
  std::vector<std::string> addresses;
  ProvisioningServers provisioning;
  std::string domain;
  std::vector<std::string> dns;
  std::string dhcp_server;
  std::vector<std::string> dhcp_left_out;  // of the lease in force, with the reasons; not stored
  // Not part of the stored profile.
  DhcpFacts dhcp;
  Ipv6Facts ipv6;
  AccessStatus access;  // 802.1X
  std::optional<WlanAccess> wlan;
  WlanLink wlan_link;
  std::optional<PcPortFacts> pc_port;
  LinkLearned learned;  // of it the voice VLAN is stored
  PortInForce in_force;
  TimeFacts time;
  friend bool operator==(const Facts&, const Facts&) = default;
};

// The state of DHCP in one sentence, as shown to users.
std::string sentence(const DhcpFacts& dhcp);

// DNS servers and the domain in force, those of a family whose source is in force first; `domain` and `dns` above are
// of DHCP for IPv4.
struct Resolving {
  std::vector<std::string> servers;
  std::string domain;
  friend bool operator==(const Resolving&, const Resolving&) = default;
};
Resolving resolving(const Facts& facts);
// As resolv.conf(5) has it: three servers at most, of each family at least one where there is one.
std::string resolver_file(const Resolving& resolving);

// The facts after an observation. The last lease holds until another one comes: a phone that restarts while the DHCP
// server is away still knows its call manager.
Facts update(const Facts& held, const LinkObservation& seen, const std::vector<std::string>& alternate);
Facts update(const Facts& held, const Ipv6Facts& ipv6, const std::vector<std::string>& alternate);

}  // namespace phone::network
