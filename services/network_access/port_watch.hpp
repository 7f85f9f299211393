#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "common/os/descriptor.hpp"
#include "services/network_access/dhcp_client.hpp"
#include "services/network_access/facts.hpp"
#include "services/network_access/netlink_reader.hpp"
#include "services/network_access/network_policy.hpp"

namespace phone::network {

// The thread that waits for the port, the DHCP client and its lease. It decides nothing: it tells what it sees.
class PortWatch {
 public:
  struct Settings {
    std::string port;                  // where the addresses are
    std::string carrier;               // whose cable counts, when the port is a bridge; empty: the port's own
    std::filesystem::path lease_file;  // its folder is ours
    bool dhcp = false;
    DhcpClient::Command client;
  };

  PortWatch(Settings settings, std::function<void(Seen)> seen, std::function<void(std::string)> trouble);
  ~PortWatch() { stop(); }
  PortWatch(const PortWatch&) = delete;
  PortWatch& operator=(const PortWatch&) = delete;

  // Reads the port as it is, tells it, then watches. NOT_FOUND is not an answer: a port may come later.
  absl::Status start();
  void stop();
  // Addresses and DHCP are of this port from now on; empty: of the settings' own. From any thread, also before start().
  // What DHCP gave to the other one is taken away from it.
  void use(const std::string& port);
  // IPv6 alone: no DHCP. What is not wanted is not told either. From any thread.
  void allow(IpMode mode);

 private:
  void run();
  void change_port();
  void tell();
  bool asks() const { return settings_.dhcp && mode_ != IpMode::kV6; }
  void forget_lease();
  bool up() const { return carrier_ ? carrier_->facts().up : netlink_->facts().up; }
  void read_lease();
  void keep_client(bool ended);

  const Settings settings_;
  const std::function<void(Seen)> seen_;
  const std::function<void(std::string)> trouble_;
  std::unique_ptr<NetlinkReader> netlink_;
  std::unique_ptr<NetlinkReader> carrier_;
  DhcpClient client_;
  std::optional<Lease> lease_;
  // Open until the end: to close what watches a folder takes the kernel 10 ms, for which a successor need not wait.
  os::Descriptor inotify_;
  os::Descriptor wake_;
  std::string port_;  // where the addresses are
  std::mutex mutex_;  // the four below
  std::string wanted_;
  unsigned times_wanted_ = 0;  // a port of the same name may be another one
  IpMode wanted_mode_ = IpMode::kBoth;
  bool stopping_ = false;
  unsigned times_used_ = 0;
  IpMode mode_ = IpMode::kBoth;
  os::Descriptor retry_;  // timer: the client is started again
  std::thread thread_;
};

}  // namespace phone::network
