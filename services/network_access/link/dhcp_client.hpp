// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "common/os/event_loop.hpp"
#include "services/network_access/link/address_keeper.hpp"
#include "services/network_access/link/dhcp_facts.hpp"
#include "services/network_access/link/dhcp_machine.hpp"
#include "services/network_access/link/dhcp_sockets.hpp"
#include "services/network_access/link/mac.hpp"

namespace phone::network {

// The DHCP client of one port at a time: its sockets, timers and files around DhcpMachine, and what its lease asks of
// the kernel. On the loop; a lease in force outlives it.
class DhcpClient final : private DhcpPort {
 public:
  struct Settings {
    std::filesystem::path lease_file;   // of this boot: a successor goes on with the lease
    std::filesystem::path memory_file;  // of the lease before a reboot, to be asked for again; empty: none
    bool needs_servers = true;          // DHCP is what names the provisioning servers
  };
  // `changed`: facts() are others. `trouble`: for the user.
  DhcpClient(os::EventLoop& loop, Settings settings, std::function<void()> changed,
             std::function<void(std::string)> trouble);
  ~DhcpClient() override { stop(); }

  // Does nothing while it runs on this port with this hardware address. UNAVAILABLE: the port cannot be used (yet).
  absl::Status start(const std::string& port, const Mac& own, bool link);
  // The lease stays with the kernel and on file.
  void stop();
  // Takes the lease away, from kernel and files.
  void forget();
  bool running() const { return machine_.has_value(); }
  void link(bool up);
  const DhcpFacts& facts() const { return facts_; }

 private:
  void send(const DhcpMessage& message, Ipv4 to) override;
  void send(const ArpPacket& packet) override;
  void hold(const HeldLease& held) override;
  void release() override;
  std::uint32_t random() override;

  void read_dhcp();
  void read_arp();
  void kernel_changed();
  void keep(const AddressKeeper::Outcome& outcome);
  void turn();
  void settle();
  void keep_files(const HeldLease& held);
  void say_failure(const absl::Status& status);

  os::EventLoop& loop_;
  const Settings settings_;
  const std::function<void()> changed_;
  const std::function<void(std::string)> trouble_;
  std::optional<DhcpMachine> machine_;
  DhcpSockets sockets_;
  AddressKeeper keeper_;
  std::string port_;
  Mac own_{};
  Ipv4 remembered_ = 0;  // in memory_file
  bool address_there_ = true;
  bool look_pending_ = false;
  std::vector<std::string> failures_;  // of the kernel's, when last looked at
  std::string send_failure_;
  std::vector<std::string> left_out_;  // as told
  DhcpFacts facts_;
  os::Timer due_, look_;
  std::optional<os::Watch> dhcp_watch_, arp_watch_, kernel_watch_;
};

}  // namespace phone::network
