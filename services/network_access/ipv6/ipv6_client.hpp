// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/os/event_loop.hpp"
#include "services/network_access/ipv6/dhcp6_machine.hpp"
#include "services/network_access/ipv6/ipv6_facts.hpp"
#include "services/network_access/ipv6/ipv6_sockets.hpp"
#include "services/network_access/ipv6/routers.hpp"
#include "services/network_access/link/link_facts.hpp"
#include "services/network_access/link/network_policy.hpp"

namespace phone::network {

// IPv6 of one port at a time: what its routers announce, and the DHCPv6 client when they refer to it. Prefixes, the
// default route and duplicate address detection are the kernel's. On the loop; an address in force outlives it for as
// long as it was granted.
class Ipv6Client final : private Dhcp6Port {
 public:
  // Both are called on the loop. `trouble`: for the user.
  Ipv6Client(os::EventLoop& loop, std::function<void(Ipv6Facts)> changed, std::function<void(std::string)> trouble);
  ~Ipv6Client() override { stop(); }

  // The port as it is now. On the loop.
  void see(const LinkFacts& link);
  // IPv4 only: nothing is asked, and an address of DHCPv6 is taken away. From any thread.
  void allow(IpMode mode);
  // From any thread.
  void stop();

 private:
  void send(const Dhcp6Message& message) override;
  void hold(const Held6& held) override;
  void release(const Ipv6& address) override;
  std::uint32_t random() override;

  void keep();
  void open();
  void close();
  void read_routers();
  void read_dhcp();
  void follow_routers();
  void turn();
  void settle();
  void say(std::string& last, const absl::Status& status, const std::string& what);

  os::EventLoop& loop_;
  const std::function<void(Ipv6Facts)> changed_;
  const std::function<void(std::string)> trouble_;
  IpMode mode_ = IpMode::kBoth;
  bool stopped_ = false;
  LinkFacts link_;  // of the port
  int index_ = 0;   // of the port that is open; 0: none
  std::string port_;
  Mac own_{};
  Ipv6Sockets sockets_;
  Routers routers_;
  std::optional<Dhcp6Machine> dhcp_;
  std::string open_failure_, kernel_failure_, send_failure_;  // as told
  unsigned unsent_ = 0;                                       // in a row
  Ipv6Facts facts_;                                           // as told
  os::Timer due_;
  std::optional<os::Watch> routers_watch_, dhcp_watch_;
};

}  // namespace phone::network
