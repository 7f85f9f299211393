// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/os/descriptor.hpp"
#include "services/network_access/ipv6/dhcp6_message.hpp"
#include "services/network_access/ipv6/router_advertisement.hpp"

namespace phone::network {

// The two sockets of IPv6 configuration on one port: ICMPv6, of which the kernel lets router advertisements through
// (RFC 3542 section 3.2), and UDP from port 546 (RFC 8415 section 7.2).
class Ipv6Sockets {
 public:
  static constexpr int kMostAtOnce = 16;  // messages of one read

  // UNAVAILABLE: the port cannot be used (yet).
  absl::Status open(const std::string& port, int index);
  void close();
  bool is_open() const { return static_cast<bool>(routers_); }
  int routers_fd() const { return routers_.get(); }
  int dhcp_fd() const { return dhcp_.get(); }

  absl::Status ask_routers(const Mac& own);
  absl::Status send(const Dhcp6Message& message);
  // From routers of this link alone: from a link-local address, with a hop limit of 255 (RFC 4861 section 6.1.2).
  std::vector<std::pair<Ipv6, RouterAdvertisement>> read_routers();
  std::vector<Dhcp6Message> read_dhcp();

 private:
  absl::Status send_to(const os::Descriptor& socket, const Ipv6& to, std::uint16_t port, const std::string& bytes);

  os::Descriptor routers_, dhcp_;
  std::string port_;
  int index_ = 0;
};

}  // namespace phone::network
