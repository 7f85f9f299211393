// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/events/service_watchers_rpc.hpp"

#include <limits>
#include <mutex>

#include "common/mesh/call/seen_events.hpp"
#include "common/mesh/client/watcher.hpp"
#include "gateway/events/merged_events.hpp"
#include "gateway/peers/peers_rpc.hpp"

namespace phone::gateway {
namespace {

using phone::mesh::Peer;
using phone::mesh::Watcher;

// A number no event log has reached: everything that is left of it, at every joining; what was seen before is left out
// here.
phone::mesh::v1::WatchEventsRequest whole_event_log() {
  phone::mesh::v1::WatchEventsRequest request;
  request.set_after_sequence(std::numeric_limits<std::uint64_t>::max());
  return request;
}

// Events of all services, in the order they came, into one event log that numbers them anew.
class Merger {
 public:
  Merger(phone::mesh::EventLog& event_log, std::function<void(Source)> happened)
      : event_log_(event_log), happened_(std::move(happened)) {}

  void take(Source source, const phone::mesh::v1::Event& event) {
    {
      const std::lock_guard lock(mutex_);
      if (!seen_.is_new(name_of(source), event)) return;
      event_log_.add(attributed(event, name_of(source)));
    }
    happened_(source);
  }

 private:
  std::mutex mutex_;
  mesh::SeenEvents seen_;
  phone::mesh::EventLog& event_log_;
  const std::function<void(Source)> happened_;
};

template <class ServiceT>
class EventWatcher {
 public:
  EventWatcher(Peer<ServiceT>& peer, Source source, Merger& merger)
      : watcher_(peer, &ServiceT::Stub::WatchEvents, whole_event_log(),
                 [source, &merger](const phone::mesh::v1::Event& event) { merger.take(source, event); }) {}

 private:
  Watcher<ServiceT, phone::mesh::v1::WatchEventsRequest, phone::mesh::v1::Event> watcher_;
};

template <class ServiceT, class Req, class State>
class StateWatcher {
 public:
  StateWatcher(Peer<ServiceT>& peer, typename Watcher<ServiceT, Req, State>::Method method, Source source,
               const WatchDelegate& listeners)
      : watcher_(
            peer, method, Req(), [source, &listeners](const State& state) { listeners.update(source, state); },
            [source, &listeners](const absl::Status&) { listeners.happened(source); }) {}

 private:
  Watcher<ServiceT, Req, State> watcher_;
};

}  // namespace

struct ServiceWatchers::Impl {
  Impl(Peers& peers, phone::mesh::EventLog& event_log, WatchDelegate where)
      : listeners(std::move(where)),
        merger(event_log, listeners.happened),
        policy(
            peers.policy, &phone::policy::v1::Policy::Stub::WatchPolicy, phone::policy::v1::WatchPolicyRequest(),
            [this](const phone::policy::v1::EffectivePolicy& effective) {
              const PolicyFacts facts = facts_of(effective);
              listeners.update(Source::kPolicy, facts);
              listeners.happened(Source::kPolicy);
              listeners.policy(facts);
            },
            [this](const absl::Status&) { listeners.happened(Source::kPolicy); }),
        network(peers.network, &phone::network::v1::NetworkAccess::Stub::WatchNetwork, Source::kNetworkAccess,
                listeners),
        signaling(peers.signaling, &phone::signaling::v1::Signaling::Stub::WatchState, Source::kSignaling, listeners),
        media(peers.media, &phone::media::v1::Media::Stub::WatchStreams, Source::kMedia, listeners),
        certificates(peers.certificates, &phone::certificates::v1::CertificateManager::Stub::WatchCertificates,
                     Source::kCertificateManager, listeners),
        trust_events(peers.trust, Source::kTrustStore, merger),
        certificate_events(peers.certificates, Source::kCertificateManager, merger),
        policy_events(peers.policy, Source::kPolicy, merger),
        network_events(peers.network, Source::kNetworkAccess, merger),
        signaling_events(peers.signaling, Source::kSignaling, merger),
        media_events(peers.media, Source::kMedia, merger) {}

  const WatchDelegate listeners;
  Merger merger;
  Watcher<phone::policy::v1::Policy, phone::policy::v1::WatchPolicyRequest, phone::policy::v1::EffectivePolicy> policy;
  StateWatcher<phone::network::v1::NetworkAccess, phone::network::v1::WatchNetworkRequest,
               phone::network::v1::NetworkFacts>
      network;
  StateWatcher<phone::signaling::v1::Signaling, phone::signaling::v1::WatchStateRequest,
               phone::signaling::v1::SignalingState>
      signaling;
  StateWatcher<phone::media::v1::Media, phone::media::v1::WatchStreamsRequest, phone::media::v1::StreamFacts> media;
  StateWatcher<phone::certificates::v1::CertificateManager, phone::certificates::v1::ListCertificatesRequest,
               phone::certificates::v1::CertificateState>
      certificates;
  EventWatcher<phone::trust::v1::TrustStore> trust_events;
  EventWatcher<phone::certificates::v1::CertificateManager> certificate_events;
  EventWatcher<phone::policy::v1::Policy> policy_events;
  EventWatcher<phone::network::v1::NetworkAccess> network_events;
  EventWatcher<phone::signaling::v1::Signaling> signaling_events;
  EventWatcher<phone::media::v1::Media> media_events;
};

ServiceWatchers::ServiceWatchers(Peers& peers, phone::mesh::EventLog& event_log, WatchDelegate listeners)
    : impl_(std::make_unique<Impl>(peers, event_log, std::move(listeners))) {}

ServiceWatchers::~ServiceWatchers() = default;

}  // namespace phone::gateway
