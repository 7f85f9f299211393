// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "common/os/descriptor.hpp"
#include "common/os/event_loop.hpp"
#include "services/network_access/link/netlink_reader.hpp"
#include "services/network_access/pc_port/eapol_dispatcher.hpp"
#include "services/network_access/pc_port/pc_port_facts.hpp"
#include "services/network_access/pc_port/port_setup.hpp"

namespace phone::network {

// Passes EAPOL between switch port, PC port and supplicant, as the dispatcher says. Takes few of the PC's frames in a
// turn, so that the phone's own session need not wait for them. Needs a loop of its own: `ip` and `tc`, which set up
// the PC port, block it.
class EapolRelay {
 public:
  struct Delegate {
    std::function<void(PcPortFacts)> publish;
    std::function<void(std::string kind, std::string text)> tell;
  };

  EapolRelay(os::EventLoop& loop, PortNames names, PortPolicy policy, Delegate delegate)
      : loop_(loop),
        names_(std::move(names)),
        policy_(policy),
        delegate_(std::move(delegate)),
        next_counts_(loop, [this] { publish(); }) {}
  ~EapolRelay() { stop(); }
  EapolRelay(const EapolRelay&) = delete;
  EapolRelay& operator=(const EapolRelay&) = delete;

  // Makes bridge and pair, sets the PC port as the policy has it, then passes frames.
  absl::Status start();
  void stop();
  // From any thread.
  void apply(const PortPolicy& policy);

 private:
  absl::Status watch();
  void set_up_pc_port();
  void watch_cable();
  void publish();
  void serve(EapolDispatcher::Port from, const os::Descriptor& socket, int most);

  os::EventLoop& loop_;
  const PortNames names_;
  PortPolicy policy_;
  const Delegate delegate_;
  Mac own_{};
  std::optional<EapolDispatcher> dispatcher_;
  std::unique_ptr<NetlinkReader> cable_;
  os::Descriptor switch_, pc_, supplicant_;
  std::optional<PcPortFacts> published_;  // none: also that the port is off is worth saying
  std::chrono::steady_clock::time_point counts_due_{};
  os::Timer next_counts_;
  std::list<os::Watch> watches_;
};

}  // namespace phone::network
