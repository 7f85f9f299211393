// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>

#include <functional>
#include <memory>
#include <mutex>

#include "common/mesh/call/event_log.hpp"
#include "common/mesh/client/peer.hpp"
#include "phone/media/v1/media.grpc.pb.h"
#include "services/signaling/transport/flows.hpp"
#include "services/signaling/ua/state_writer.hpp"
#include "services/signaling/ua/user_agent_port.hpp"

namespace phone::signaling {

// What media answered.
struct MediaDelegate {
  std::function<void(const std::string& stream, uint16_t port)> opened;
  std::function<void(const std::string& stream, const std::string& reason)> refused;
  std::function<void(const std::string& stream, Tone tone)> tone_played;
};

// The real one: connections, media, the state directory, the event log.
class UserAgentBackend final : public UserAgentPort {
 public:
  UserAgentBackend(FlowTrust trust, FlowDelegate flow_events, std::shared_ptr<mesh::Peer<media::v1::Media>> media,
                   MediaDelegate media_events, mesh::EventLog& event_log, StateWriter& state_writer)
      : flows_(std::move(trust), std::move(flow_events)),
        media_(std::move(media)),
        media_events_(std::move(media_events)),
        event_log_(event_log),
        state_writer_(state_writer) {}

  // For connections opened from now on.
  void set_profile(const FlowProfile& profile);
  void close_all();

  void open_flow(FlowId flow, const Target& target) override;
  void close_flow(FlowId flow) override;
  void send(FlowId flow, std::string bytes) override;
  void open_stream(const std::string& stream, const std::string& local_address) override;
  void configure_stream(const StreamSetting& setting) override;
  void close_stream(const std::string& stream) override;
  void send_digits(const std::string& stream, const crypto::Secret& digits,
                   std::function<void(const absl::Status&)> done) override;
  void play_tone(Tone tone, const std::string& stream) override;
  void report(std::string kind, Severity severity, std::string text, Detail detail) override;
  void save(std::string dialogs) override;
  void save_alarm(std::string alarm) override;
  std::string random_bytes(size_t count) override;
  std::chrono::system_clock::time_point wall() override { return std::chrono::system_clock::now(); }

 private:
  std::mutex mutex_;  // the profile comes from another thread
  FlowProfile profile_;
  Flows flows_;
  std::shared_ptr<mesh::Peer<media::v1::Media>> media_;
  MediaDelegate media_events_;
  mesh::EventLog& event_log_;
  StateWriter& state_writer_;
};

}  // namespace phone::signaling
