// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "common/os/event_loop.hpp"
#include "services/network_access/link/dhcp_client.hpp"
#include "services/network_access/link/link_observation.hpp"
#include "services/network_access/link/netlink_reader.hpp"
#include "services/network_access/link/network_policy.hpp"

namespace phone::network {

// Waits on the loop for the port, and runs the DHCP client there. It decides nothing: it reports what it sees.
class LinkDriver {
 public:
  struct Settings {
    std::string port;     // where the addresses are
    std::string carrier;  // the port whose cable counts when `port` is a bridge; empty: `port` itself
    bool dhcp = false;
    DhcpClient::Settings client;
  };

  // Both are called on the loop, and by start().
  LinkDriver(os::EventLoop& loop, Settings settings, std::function<void(LinkObservation)> seen,
             std::function<void(std::string)> trouble);
  ~LinkDriver() { stop(); }
  LinkDriver(const LinkDriver&) = delete;
  LinkDriver& operator=(const LinkDriver&) = delete;

  // Reads the port, reports it, then watches. An absent port is not an error: it may come later.
  absl::Status start();
  void stop();
  // Addresses and DHCP are of this port from now on; empty: of the settings' own. From any thread, also before start().
  // The other port's DHCP addresses are removed.
  void use(const std::string& port);
  // IPv6 only: no DHCP. Addresses of the other family are not reported. From any thread.
  void allow(IpMode mode);

 private:
  absl::Status watch();
  void port_changed();
  void change_port(const std::string& wanted);
  void tell();
  bool asks() const { return settings_.dhcp && mode_ != IpMode::kV6; }
  bool up() const { return carrier_ ? carrier_->facts().up : netlink_->facts().up; }
  void keep_client();

  os::EventLoop& loop_;
  const Settings settings_;
  const std::function<void(LinkObservation)> seen_;
  const std::function<void(std::string)> trouble_;
  std::unique_ptr<NetlinkReader> netlink_;
  std::unique_ptr<NetlinkReader> carrier_;
  DhcpClient client_;
  int client_index_ = 0;        // the port it was started on
  std::string client_trouble_;  // as told
  std::string port_;            // where the addresses are
  IpMode mode_ = IpMode::kBoth;
  bool started_ = false;
  os::Timer restart_;  // of the client
  std::optional<os::Watch> port_watch_, carrier_watch_;
};

}  // namespace phone::network
