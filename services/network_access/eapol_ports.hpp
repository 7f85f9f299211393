#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "common/os/descriptor.hpp"
#include "services/network_access/eapol_dispatcher.hpp"
#include "services/network_access/facts.hpp"
#include "services/network_access/netlink_reader.hpp"
#include "services/network_access/port_setup.hpp"

namespace phone::network {

// The thread between switch port, PC port and supplicant: packet sockets in, what the dispatcher says out. The phone's
// own session goes first: of the PC's frames a few are taken at a time, after everybody else's.
class EapolPorts {
 public:
  struct Hands {
    std::function<void(PcPortFacts)> publish;
    std::function<void(std::string kind, std::string text)> tell;
  };

  EapolPorts(PortNames names, PortPolicy policy, Hands hands)
      : names_(std::move(names)), wanted_(policy), hands_(std::move(hands)) {}
  ~EapolPorts() { stop(); }
  EapolPorts(const EapolPorts&) = delete;
  EapolPorts& operator=(const EapolPorts&) = delete;

  // Makes bridge and pair, sets the PC port as the policy has it, then passes frames.
  absl::Status start();
  void stop();
  // From any thread.
  void apply(const PortPolicy& policy);

 private:
  void run();
  void set_up_pc_port();
  void watch_cable();
  // True when counts wait for their time.
  bool publish();
  int serve(EapolDispatcher::Port from, const os::Descriptor& socket, int most);

  const PortNames names_;
  std::mutex mutex_;  // the two below
  PortPolicy wanted_;
  bool stopping_ = false;
  const Hands hands_;
  Mac own_{};
  std::optional<EapolDispatcher> dispatcher_;
  std::unique_ptr<NetlinkReader> cable_;
  os::Descriptor switch_, pc_, supplicant_, wake_;
  std::optional<PcPortFacts> published_;  // none: also that the port is off is worth saying
  std::chrono::steady_clock::time_point next_counts_{};
  std::thread thread_;
};

}  // namespace phone::network
