// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>

#include <functional>
#include <memory>
#include <mutex>

#include "common/mesh/call/event_log.hpp"
#include "common/mesh/client/peer.hpp"
#include "phone/certificates/v1/certificate_manager.grpc.pb.h"
#include "phone/media/v1/media.grpc.pb.h"
#include "services/signaling/transport/flows.hpp"
#include "services/signaling/ua/state_writer.hpp"
#include "services/signaling/ua/stream_events.hpp"
#include "services/signaling/ua/user_agent_port.hpp"

namespace phone::signaling {

// The real one: connections, media, certificate_manager, the state directory, the event log.
class UserAgentBackend final : public UserAgentPort {
 public:
  using CertificatePeer = std::shared_ptr<mesh::Peer<certificates::v1::CertificateManager>>;
  // Each is called from another thread than the agent's.
  struct Delegate {
    FlowObserver flow;
    StreamObserver stream;
    std::function<void(IdentityUseReported)> identity;
  };
  UserAgentBackend(FlowTrust trust, std::shared_ptr<mesh::Peer<media::v1::Media>> media, CertificatePeer certificates,
                   Delegate delegate, mesh::EventLog& event_log, StateWriter& state_writer)
      : flows_(std::move(trust), std::move(delegate.flow)),
        media_(std::move(media)),
        certificates_(std::move(certificates)),
        stream_observer_(std::move(delegate.stream)),
        identity_observer_(std::move(delegate.identity)),
        event_log_(event_log),
        state_writer_(state_writer) {}

  // For connections opened from now on.
  void set_profile(const FlowProfile& profile);
  void close_all();

  void open_flow(FlowId flow, const Target& target) override;
  void close_flow(FlowId flow) override;
  void report_identity_use(FlowId flow, const IdentityUse& use) override;
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
  const CertificatePeer certificates_;
  const StreamObserver stream_observer_;
  const std::function<void(IdentityUseReported)> identity_observer_;
  mesh::EventLog& event_log_;
  StateWriter& state_writer_;
};

}  // namespace phone::signaling
