// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/network_access/access/access_session.hpp"
#include "services/network_access/discovery/neighbour.hpp"
#include "services/network_access/link/link_facts.hpp"
#include "services/network_access/link/provisioning_server.hpp"
#include "services/network_access/wlan/roaming.hpp"

namespace phone::network {

struct PcStationFacts {
  std::string hardware_address;
  bool authenticated = false;
  friend bool operator==(const PcStationFacts&, const PcStationFacts&) = default;
};

struct PcPortFacts {
  bool enabled = false, link_up = false;
  std::vector<PcStationFacts> stations;
  std::uint64_t frames_forwarded = 0, frames_refused = 0;
  friend bool operator==(const PcPortFacts&, const PcPortFacts&) = default;
};

// Who the phone is in a WLAN.
struct WlanAccess {
  std::string ssid;
  std::string security;      // "WPA3-SAE"
  bool unprotected = false;  // open: what is sent there can be read by everybody near
  AccessStatus status;
  friend bool operator==(const WlanAccess&, const WlanAccess&) = default;
};

// What is published: the network as this phone knows it.
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
  AccessStatus access;  // 802.1X
  std::optional<WlanAccess> wlan;
  WlanLink wlan_link;
  std::optional<PcPortFacts> pc_port;
  LinkLearned learned;  // of it the voice VLAN is stored
  friend bool operator==(const Facts&, const Facts&) = default;
};

// What the port's thread has just seen.
struct LinkObservation {
  LinkFacts link;
  unsigned speed_megabits = 0;
  std::optional<Lease> lease;
};

// The facts after it. Until a lease says otherwise, what the last one said holds: a phone that restarts while the DHCP
// server is away still knows its call manager.
Facts update(const Facts& held, const LinkObservation& seen, const std::vector<std::string>& alternate);

}  // namespace phone::network
