// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "common/os/descriptor.hpp"
#include "common/os/event_loop.hpp"
#include "common/rate/per_second.hpp"
#include "services/network_access/discovery/introduction_schedule.hpp"
#include "services/network_access/discovery/lldp_client.hpp"
#include "services/network_access/discovery/neighbour.hpp"
#include "services/network_access/discovery/voice_vlan_tagger.hpp"
#include "services/network_access/link/netlink_reader.hpp"
#include "services/network_access/link/network_policy.hpp"

namespace phone::network {

// Introduces the phone by CDP and LLDP as far as policy lets it, hears the switch, and puts the phone
// into the voice VLAN it names. CDP is read from the switch port only, LLDP by lldpd, which this configures.
// A loop of its own, since liblldpctl blocks, a second at most.
class DiscoveryDriver {
 public:
  static constexpr int kMostFrames = 50;  // frames of both that are read in a second: a switch sends one a minute

  struct Settings {
    std::string switch_port, pc_port;  // no PC port: empty
    CdpSelf self;
    std::filesystem::path lldp_socket;
    unsigned voice_vlan = 0;  // as it was in force when a predecessor of ours ended
  };
  struct Delegate {
    std::function<void(const LinkLearned&)> publish;
    // The phone's own frames go by this port from now on; empty: as without a voice VLAN.
    std::function<void(const std::string& port)> use;
    std::function<void(std::string kind, std::string text)> tell;
  };

  // `frames` carries those of the voice VLAN.
  DiscoveryDriver(os::EventLoop& frames, Settings settings, const PortPolicy& policy, Delegate delegate);
  ~DiscoveryDriver() { stop(); }
  DiscoveryDriver(const DiscoveryDriver&) = delete;
  DiscoveryDriver& operator=(const DiscoveryDriver&) = delete;

  absl::Status start();
  void stop();
  // From any thread.
  void apply(const PortPolicy& policy);

 private:
  using Time = std::chrono::steady_clock::time_point;

  void turn();
  void watch();
  void listen(Time now);
  void listen_to_lldp(Time now);
  void follow_policy(Time now);
  void introduce();
  void look_at_lldp(Time now);
  void settle(Time now);
  void set_aside(std::string reason, Time now);
  Time next(Time now) const;
  bool link() const { return cable_->facts().up; }
  void say(const os::Descriptor& socket, const std::string& port, bool leaving);

  const Settings settings_;
  const Delegate delegate_;
  os::EventLoop loop_;
  PortPolicy wanted_;
  PortPolicy policy_;  // as it was at the last turn
  bool had_link_ = false;
  std::unique_ptr<NetlinkReader> cable_;
  os::Descriptor switch_, pc_, lldp_frames_;
  CdpListener cdp_;
  LldpClient lldp_;
  std::optional<NeighbourFacts> lldp_neighbour_;
  SetAside set_aside_;
  VoiceVlan vlan_;
  VoiceVlanTagger voice_;
  std::optional<LinkLearned> published_;
  PerSecond frames_{kMostFrames};
  IntroductionSchedule introductions_;
  Time next_look_{}, looked_{}, lldp_last_{};
  std::optional<os::Watch> cable_watch_, switch_watch_, lldp_frames_watch_, lldp_watch_;
  os::Timer due_;
};

}  // namespace phone::network
