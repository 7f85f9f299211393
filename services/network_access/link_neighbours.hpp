#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "common/os/descriptor.hpp"
#include "services/network_access/lldp_client.hpp"
#include "services/network_access/neighbour.hpp"
#include "services/network_access/netlink_reader.hpp"
#include "services/network_access/network_policy.hpp"
#include "services/network_access/per_second.hpp"
#include "services/network_access/voice_port.hpp"

namespace phone::network {

// The thread that introduces the phone by CDP and LLDP as far as policy lets it, hears the switch, and puts the phone
// into the voice VLAN it names. CDP is read from the switch port alone; LLDP by lldpd, which is told what to do.
class LinkNeighbours {
 public:
  static constexpr int kMostFrames = 50;  // CDP frames that are read in a second: a switch sends one a minute

  struct Settings {
    std::string switch_port, pc_port;  // no PC port: empty
    CdpSelf self;
    std::filesystem::path lldp_socket;
    unsigned voice_vlan = 0;  // as it was in force when a predecessor of ours ended
  };
  struct Hands {
    std::function<void(const LinkLearned&)> publish;
    // The phone's own frames go by this port from now on; empty: as without a voice VLAN.
    std::function<void(const std::string& port)> use;
    std::function<void(std::string kind, std::string text)> tell;
  };

  LinkNeighbours(Settings settings, const PortPolicy& policy, Hands hands);
  ~LinkNeighbours() { stop(); }
  LinkNeighbours(const LinkNeighbours&) = delete;
  LinkNeighbours& operator=(const LinkNeighbours&) = delete;

  absl::Status start();
  void stop();
  // From any thread.
  void apply(const PortPolicy& policy);

 private:
  using Time = std::chrono::steady_clock::time_point;

  void run();
  void listen(Time now);
  void follow_policy(Time now);
  void introduce(Time now);
  void look_at_lldp(Time now);
  void settle(Time now);
  int patience(Time now) const;
  bool link() const { return cable_->facts().up; }
  void say(const os::Descriptor& socket, const std::string& port, bool leaving);

  const Settings settings_;
  const Hands hands_;
  std::mutex mutex_;  // the two below
  PortPolicy wanted_;
  bool stopping_ = false;
  PortPolicy policy_;
  std::unique_ptr<NetlinkReader> cable_;
  os::Descriptor wake_, switch_, pc_;
  CdpListener cdp_;
  LldpClient lldp_;
  std::optional<NeighbourFacts> lldp_neighbour_;
  VoiceVlan vlan_;
  VoicePort voice_;
  std::optional<LinkLearned> published_;
  PerSecond frames_{kMostFrames};
  int quick_ = 0;  // introductions that follow each other within a second
  Time next_introduction_{}, next_look_{}, looked_{}, lldp_last_{};
  std::thread thread_;
};

}  // namespace phone::network
