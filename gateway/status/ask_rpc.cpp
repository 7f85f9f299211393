// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/status/ask_rpc.hpp"

#include <utility>

#include "gateway/peers/peers_rpc.hpp"

namespace phone::gateway {
namespace {

// What a service has to answer a status question (gateway.proto, GetStatus).
constexpr absl::Duration kPatience = absl::Seconds(1);

using Done = std::function<void(Outcome)>;

template <class Rep>
std::function<void(absl::StatusOr<Rep>)> as_fact(Done done) {
  return [done = std::move(done)](absl::StatusOr<Rep> reply) {
    if (!reply.ok()) return done({reply.status(), {}});
    done({absl::OkStatus(), *std::move(reply)});
  };
}

void ask(const Peers& peers, Source source, Done done) {
  switch (source) {
    case Source::kTrustStore:
      return peers.trust.start(&phone::trust::v1::TrustStore::Stub::PrepareAsyncGetTrustLists, {}, kPatience,
                               as_fact<phone::trust::v1::TrustLists>(std::move(done)));
    case Source::kCertificateManager:
      return peers.certificates.start(&phone::certificates::v1::CertificateManager::Stub::PrepareAsyncListCertificates,
                                      {}, kPatience,
                                      as_fact<phone::certificates::v1::CertificateState>(std::move(done)));
    case Source::kPolicy:
      return peers.policy.start(&phone::policy::v1::Policy::Stub::PrepareAsyncGetStatus, {}, kPatience,
                                as_fact<phone::policy::v1::ProvisioningStatus>(std::move(done)));
    case Source::kNetworkAccess:
      return peers.network_health.start(&grpc::health::v1::Health::Stub::PrepareAsyncCheck, {}, kPatience,
                                        [done](absl::StatusOr<grpc::health::v1::HealthCheckResponse> reply) {
                                          done({reply.status(), {}});
                                        });
    case Source::kSignaling:
      return peers.signaling.start(&phone::signaling::v1::Signaling::Stub::PrepareAsyncGetState, {}, kPatience,
                                   as_fact<phone::signaling::v1::SignalingState>(std::move(done)));
    case Source::kMedia:
      return peers.media.start(&phone::media::v1::Media::Stub::PrepareAsyncGetStreams, {}, kPatience,
                               as_fact<phone::media::v1::StreamFacts>(std::move(done)));
  }
}

}  // namespace

Ask ask_by_rpc(const Peers& peers) {
  return [&peers](Source source, Done done) { ask(peers, source, std::move(done)); };
}

}  // namespace phone::gateway
