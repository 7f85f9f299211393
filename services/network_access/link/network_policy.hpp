// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

// The effective policy's settings of the port. Without a policy the strict defaults hold.
namespace phone::network {

// Which of CDP and LLDP a port speaks. On the switch port the phone learns by them; on the PC port it only introduces
// itself and hears nothing.
struct DiscoveryPolicy {
  bool cdp_switch = true, cdp_pc = false;
  bool lldp_switch = true, lldp_pc = false;
  friend bool operator==(const DiscoveryPolicy&, const DiscoveryPolicy&) = default;
};

enum class IpMode : std::uint8_t { kBoth = 0, kV4 = 1, kV6 = 2 };

struct PortPolicy {
  bool pc_disabled = false;
  bool vlan_access = false;  // the PC may send into tagged VLANs
  bool gratuitous_arp = false;
  bool voice_vlan = true;  // the phone follows the switch into its voice VLAN; else it stays in the native one
  DiscoveryPolicy discovery;
  IpMode ip = IpMode::kBoth;
  friend bool operator==(const PortPolicy&, const PortPolicy&) = default;
};

}  // namespace phone::network
