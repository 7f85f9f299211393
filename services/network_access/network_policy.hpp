#pragma once

#include <cstdint>

// What the effective policy asks of the network, in parts of one kind. Before there is any policy the strict default
// holds.
namespace phone::network {

struct AccessPolicy {
  bool enabled = false;  // 802.1X by the configuration
  std::uint16_t tls_minimum = 0x0303;
  friend bool operator==(const AccessPolicy&, const AccessPolicy&) = default;
};

struct PortPolicy {
  bool pc_disabled = false;
  bool vlan_access = false;  // the PC may send into tagged VLANs
  bool gratuitous_arp = false;
  friend bool operator==(const PortPolicy&, const PortPolicy&) = default;
};

}  // namespace phone::network
