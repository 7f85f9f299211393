// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace phone::network {

struct PcStationFacts {
  std::string hardware_address;
  bool authenticated = false;
  friend bool operator==(const PcStationFacts&, const PcStationFacts&) = default;
};

// The port for a PC behind the phone, as the relay sees it.
struct PcPortFacts {
  bool enabled = false, link_up = false;
  bool vlan_access = false;  // the PC may send into tagged VLANs
  std::vector<PcStationFacts> stations;
  std::uint64_t frames_forwarded = 0, frames_refused = 0;
  friend bool operator==(const PcPortFacts&, const PcPortFacts&) = default;
};

}  // namespace phone::network
