#include "gateway/service_watchers_rpc.hpp"

#include <limits>
#include <mutex>

#include "common/mesh/client/watcher.hpp"
#include "gateway/merged_events.hpp"
#include "gateway/peers.hpp"

namespace phone::gateway {
namespace {

using phone::mesh::Follower;
using phone::mesh::Peer;

// A number no journal has reached: everything that is left of it, at every joining; what was seen before is left out
// here.
phone::mesh::v1::WatchEventsRequest whole_journal() {
  phone::mesh::v1::WatchEventsRequest request;
  request.set_after_sequence(std::numeric_limits<std::uint64_t>::max());
  return request;
}

// Events of all services, in the order they came, into one journal that numbers them anew.
class Merger {
 public:
  Merger(phone::mesh::Journal& journal, std::function<void(Source)> happened)
      : journal_(journal), happened_(std::move(happened)) {}

  void take(Source source, const phone::mesh::v1::Event& event) {
    {
      const std::lock_guard lock(mutex_);
      if (!seen_.is_new(name_of(source), event)) return;
      journal_.add(attributed(event, name_of(source)));
    }
    happened_(source);
  }

 private:
  std::mutex mutex_;
  SeenEvents seen_;
  phone::mesh::Journal& journal_;
  const std::function<void(Source)> happened_;
};

template <class ServiceT>
class EventFollower {
 public:
  EventFollower(Peer<ServiceT>& peer, Source source, Merger& merger)
      : follower_(peer, &ServiceT::Stub::WatchEvents, whole_journal(),
                  [source, &merger](const phone::mesh::v1::Event& event) { merger.take(source, event); }) {}

 private:
  Follower<ServiceT, phone::mesh::v1::WatchEventsRequest, phone::mesh::v1::Event> follower_;
};

template <class ServiceT, class Req, class State>
class StateFollower {
 public:
  StateFollower(Peer<ServiceT>& peer, typename Follower<ServiceT, Req, State>::Method method, Source source,
                const Listeners& listeners)
      : follower_(
            peer, method, Req(), [source, &listeners](const State& state) { listeners.learn(source, state); },
            [source, &listeners](const absl::Status&) { listeners.happened(source); }) {}

 private:
  Follower<ServiceT, Req, State> follower_;
};

}  // namespace

struct Followers::Held {
  Held(Peers& peers, phone::mesh::Journal& journal, Listeners where)
      : listeners(std::move(where)),
        merger(journal, listeners.happened),
        policy(
            peers.policy, &phone::policy::v1::Policy::Stub::WatchPolicy, phone::policy::v1::WatchPolicyRequest(),
            [this](const phone::policy::v1::EffectivePolicy& effective) {
              const PolicyFacts facts = facts_of(effective);
              listeners.learn(Source::kPolicy, facts);
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

  const Listeners listeners;
  Merger merger;
  Follower<phone::policy::v1::Policy, phone::policy::v1::WatchPolicyRequest, phone::policy::v1::EffectivePolicy> policy;
  StateFollower<phone::network::v1::NetworkAccess, phone::network::v1::WatchNetworkRequest,
                phone::network::v1::NetworkFacts>
      network;
  StateFollower<phone::signaling::v1::Signaling, phone::signaling::v1::WatchStateRequest,
                phone::signaling::v1::SignalingState>
      signaling;
  StateFollower<phone::media::v1::Media, phone::media::v1::WatchStreamsRequest, phone::media::v1::StreamFacts> media;
  StateFollower<phone::certificates::v1::CertificateManager, phone::certificates::v1::ListCertificatesRequest,
                phone::certificates::v1::CertificateState>
      certificates;
  EventFollower<phone::trust::v1::TrustStore> trust_events;
  EventFollower<phone::certificates::v1::CertificateManager> certificate_events;
  EventFollower<phone::policy::v1::Policy> policy_events;
  EventFollower<phone::network::v1::NetworkAccess> network_events;
  EventFollower<phone::signaling::v1::Signaling> signaling_events;
  EventFollower<phone::media::v1::Media> media_events;
};

Followers::Followers(Peers& peers, phone::mesh::Journal& journal, Listeners listeners)
    : held_(std::make_unique<Held>(peers, journal, std::move(listeners))) {}

Followers::~Followers() = default;

}  // namespace phone::gateway
