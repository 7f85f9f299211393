// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/audit/audit_rpc.hpp"

#include <limits>

#include "common/mesh/call/seen_events.hpp"
#include "common/mesh/client/watcher.hpp"
#include "phone/certificates/v1/certificate_manager.grpc.pb.h"
#include "phone/gateway/v1/gateway.grpc.pb.h"
#include "phone/media/v1/media.grpc.pb.h"
#include "phone/network/v1/network_access.grpc.pb.h"
#include "phone/signaling/v1/signaling.grpc.pb.h"
#include "phone/trust/v1/trust_store.grpc.pb.h"

namespace phone::policy {

struct AuditWatcher::Stream {
  virtual ~Stream() = default;
};

namespace {

constexpr char kMerging[] = "gateway";

// A number ahead of every event log asks for all that is left of it; events seen before a broken stream are recognised.
mesh::v1::WatchEventsRequest everything() {
  mesh::v1::WatchEventsRequest request;
  request.set_after_sequence(std::numeric_limits<std::uint64_t>::max());
  return request;
}

template <class ServiceT>
struct StreamOf final : AuditWatcher::Stream {
  StreamOf(const mesh::Paths& paths, std::string_view service, std::function<void(const mesh::v1::Event&)> audited)
      : peer(mesh::socket_of(paths, service)),
        watcher(peer, &ServiceT::Stub::WatchEvents, everything(),
                [this, service = std::string(service), audited = std::move(audited)](const mesh::v1::Event& event) {
                  // The gateway's stream has the events of all services; those come over their own sockets.
                  if (event.service() != service && service == kMerging) return;
                  if (!seen.is_new(service, event) || !event.audit()) return;
                  // The socket it came over proves the service; the event's own field does not.
                  mesh::v1::Event attributed = event;
                  attributed.set_service(service);
                  audited(attributed);
                }) {}

  mesh::SeenEvents seen;  // only on the watcher's thread
  mesh::Peer<ServiceT> peer;
  mesh::Watcher<ServiceT, mesh::v1::WatchEventsRequest, mesh::v1::Event> watcher;
};

}  // namespace

AuditWatcher::AuditWatcher(const mesh::Paths& paths, std::function<void(const mesh::v1::Event&)> audited) {
  streams_.push_back(std::make_unique<StreamOf<trust::v1::TrustStore>>(paths, "trust_store", audited));
  streams_.push_back(
      std::make_unique<StreamOf<certificates::v1::CertificateManager>>(paths, "certificate_manager", audited));
  streams_.push_back(std::make_unique<StreamOf<network::v1::NetworkAccess>>(paths, "network_access", audited));
  streams_.push_back(std::make_unique<StreamOf<signaling::v1::Signaling>>(paths, "signaling", audited));
  streams_.push_back(std::make_unique<StreamOf<media::v1::Media>>(paths, "media", audited));
  streams_.push_back(std::make_unique<StreamOf<gateway::v1::Gateway>>(paths, kMerging, audited));
}

AuditWatcher::~AuditWatcher() = default;

void AuditWatcher::stop() { streams_.clear(); }

}  // namespace phone::policy
