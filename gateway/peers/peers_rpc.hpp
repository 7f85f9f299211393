// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <map>
#include <memory>
#include <string>

#include "common/mesh/client/peer.hpp"
#include "common/mesh/process/paths.hpp"
#include "grpc/health/v1/health.grpc.pb.h"
#include "phone/certificates/v1/certificate_manager.grpc.pb.h"
#include "phone/media/v1/media.grpc.pb.h"
#include "phone/mesh/v1/process.grpc.pb.h"
#include "phone/network/v1/network_access.grpc.pb.h"
#include "phone/policy/v1/policy.grpc.pb.h"
#include "phone/signaling/v1/signaling.grpc.pb.h"
#include "phone/trust/v1/trust_store.grpc.pb.h"
#include "phone/url/v1/url_services.grpc.pb.h"

namespace phone::gateway {

// Everybody the gateway talks to.
struct Peers {
  explicit Peers(const phone::mesh::Paths& paths)
      : trust(socket_of(paths, "trust_store")),
        certificates(socket_of(paths, "certificate_manager")),
        policy(socket_of(paths, "policy")),
        network(socket_of(paths, "network_access")),
        network_health(socket_of(paths, "network_access")),
        signaling(socket_of(paths, "signaling")),
        media(socket_of(paths, "media")),
        urls(socket_of(paths, "url_services")) {
    for (const char* service :
         {"trust_store", "certificate_manager", "policy", "network_access", "signaling", "media"}) {
      processes[service] = std::make_unique<phone::mesh::Peer<phone::mesh::v1::Process>>(socket_of(paths, service));
    }
  }

  phone::mesh::Peer<phone::trust::v1::TrustStore> trust;
  phone::mesh::Peer<phone::certificates::v1::CertificateManager> certificates;
  phone::mesh::Peer<phone::policy::v1::Policy> policy;
  phone::mesh::Peer<phone::network::v1::NetworkAccess> network;
  phone::mesh::Peer<grpc::health::v1::Health> network_health;  // the network's facts come by stream only
  phone::mesh::Peer<phone::signaling::v1::Signaling> signaling;
  phone::mesh::Peer<phone::media::v1::Media> media;
  phone::mesh::Peer<phone::url::v1::UrlServices> urls;  // on demand: the first call starts it
  std::map<std::string, std::unique_ptr<phone::mesh::Peer<phone::mesh::v1::Process>>> processes;  // what all have
};

}  // namespace phone::gateway
