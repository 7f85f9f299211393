// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>

#include <functional>
#include <memory>
#include <mutex>

#include "common/flash/state_writer.hpp"
#include "common/mesh/call/event_log.hpp"
#include "common/mesh/client/peer.hpp"
#include "phone/certificates/v1/certificate_manager.grpc.pb.h"
#include "phone/media/v1/media.grpc.pb.h"
#include "phone/network/v1/network_access.grpc.pb.h"
#include "phone/policy/v1/policy.grpc.pb.h"
#include "services/signaling/oauth/token_client.hpp"
#include "services/signaling/transport/flows.hpp"
#include "services/signaling/transport/name_resolver.hpp"
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
    // Keeps the record sealed; empty: forgets it.
    std::function<void(const crypto::Secret&)> keep_authorization;
  };
  struct Peers {
    std::shared_ptr<mesh::Peer<media::v1::Media>> media;
    CertificatePeer certificates;
    std::shared_ptr<mesh::Peer<policy::v1::Policy>> policy;
    std::shared_ptr<mesh::Peer<network::v1::NetworkAccess>> network;
  };
  UserAgentBackend(FlowTrust trust, Peers peers, Delegate delegate, mesh::EventLog& event_log,
                   flash::StateWriter& state_writer)
      : flows_(trust, std::move(delegate.flow)),
        media_(std::move(peers.media)),
        certificates_(std::move(peers.certificates)),
        policy_(std::move(peers.policy)),
        network_(std::move(peers.network)),
        stream_observer_(std::move(delegate.stream)),
        identity_observer_(std::move(delegate.identity)),
        keep_authorization_(std::move(delegate.keep_authorization)),
        event_log_(event_log),
        state_writer_(state_writer),
        token_client_([verify = trust.verify](const std::vector<std::string>& chain, const std::string& host) {
          return verify(chain, Target{.name = {}, .address = host, .oauth = true, .unusable = {}});
        }) {}

  // For connections opened from now on.
  void set_profile(const FlowProfile& profile);
  void close_all();

  void open_flow(FlowId flow, const Target& target) override;
  void close_flow(FlowId flow) override;
  void report_identity_use(FlowId flow, const IdentityUse& use) override;
  void report_date(const std::string& server, std::chrono::sys_seconds date) override;
  void send(FlowId flow, std::string bytes) override;
  void open_stream(const std::string& stream, const std::string& local_address) override;
  void configure_stream(const StreamSetting& setting, Done done) override;
  void resolve(const std::string& host, Resolved done) override;
  void close_stream(const std::string& stream) override;
  void send_digits(const std::string& stream, const crypto::Secret& digits,
                   std::function<void(const absl::Status&)> done) override;
  void play_tone(Tone tone, const std::string& stream) override;
  void report(std::string kind, Severity severity, std::string text, Detail detail) override;
  void select_transducer(AutoAnswer device) override;
  void save_history(std::string history) override;
  void save_hook(bool off_hook) override;
  void save_told(std::string told) override;
  void save(std::string dialogs) override;
  void save_alarm(std::string alarm) override;
  void fetch_configuration(const std::string& reason, Fetched done) override;
  void exchange_token(const TokenRequest& request, Exchanged done) override;
  void save_authorization(const crypto::Secret& record) override;
  std::string random_bytes(size_t count) override;
  std::chrono::system_clock::time_point wall() override { return std::chrono::system_clock::now(); }

 private:
  std::mutex mutex_;  // the profile comes from another thread
  FlowProfile profile_;
  Flows flows_;
  std::shared_ptr<mesh::Peer<media::v1::Media>> media_;
  const CertificatePeer certificates_;
  const std::shared_ptr<mesh::Peer<policy::v1::Policy>> policy_;
  const std::shared_ptr<mesh::Peer<network::v1::NetworkAccess>> network_;
  const StreamObserver stream_observer_;
  const std::function<void(IdentityUseReported)> identity_observer_;
  const std::function<void(const crypto::Secret&)> keep_authorization_;
  mesh::EventLog& event_log_;
  flash::StateWriter& state_writer_;
  NameResolver resolver_;
  TokenClient token_client_;
};

}  // namespace phone::signaling
