// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/os/descriptor.hpp"
#include "services/network_access/link/dhcp_message.hpp"

namespace phone::network {

// The packets of the DHCP client on one port: DHCP, also before there is an address, and ARP.
class DhcpSockets {
 public:
  static constexpr int kMostAtOnce = 64;  // packets one read takes; the rest of a flood waits for the next

  // UNAVAILABLE while there is no such port. Brings the port up.
  absl::Status open(const std::string& port);
  void close();
  int dhcp_fd() const { return dhcp_.get(); }
  int arp_fd() const { return arp_.get(); }

  // To kBroadcast from no address, else from `message.client` by way of the kernel's routes.
  absl::Status send(const DhcpMessage& message, Ipv4 to);
  absl::Status send(const ArpPacket& packet);
  // Which ARP packets are read: those whose sender claims one of these addresses, and probes for `checked`. 0: none.
  void listen_for(Ipv4 checked, Ipv4 held);
  std::vector<DhcpMessage> read_dhcp();
  std::vector<ArpPacket> read_arp();

 private:
  std::vector<std::string> read(const os::Descriptor& socket);
  absl::Status broadcast(const os::Descriptor& socket, std::uint16_t protocol, const std::string& bytes);
  absl::Status unicast(const DhcpMessage& message, Ipv4 to);

  os::Descriptor dhcp_, arp_;
  // Takes port 68 so that the kernel does not tell servers that it is closed; everything is read from `dhcp_`.
  os::Descriptor sink_;
  std::string port_;
  int index_ = 0;
  Ipv4 checked_ = 0, held_ = 0;
};

}  // namespace phone::network
