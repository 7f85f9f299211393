// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>

#include "common/mesh/client/peer.hpp"
#include "common/mesh/client/watcher.hpp"
#include "common/mesh/process/paths.hpp"
#include "phone/policy/v1/policy.grpc.pb.h"
#include "phone/trust/v1/trust_store.grpc.pb.h"
#include "services/url_services/exchange/servers.hpp"

namespace phone::url_services {

// trust_store judges servers, policy names them.
class UrlPeers {
 public:
  explicit UrlPeers(const mesh::Paths& paths)
      : trust_(mesh::socket_of(paths, "trust_store")), policy_(mesh::socket_of(paths, "policy")) {}

  JudgeServer judge() const;
  void watch_policy(std::function<void(UrlSettings)> on_settings);
  void stop() { watcher_.reset(); }

 private:
  using PolicyWatcher = mesh::Watcher<policy::v1::Policy, policy::v1::WatchPolicyRequest, policy::v1::EffectivePolicy>;
  mesh::Peer<trust::v1::TrustStore> trust_;
  mesh::Peer<policy::v1::Policy> policy_;
  std::unique_ptr<PolicyWatcher> watcher_;
};

}  // namespace phone::url_services
