// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>

#include "common/mesh/call/latest.hpp"
#include "common/mesh/server/router.hpp"
#include "phone/policy/v1/policy.pb.h"
#include "services/policy/audit/delivery_driver.hpp"
#include "services/policy/lock/lock_actor.hpp"
#include "services/policy/rpc/web_access_rpc.hpp"
#include "services/policy/run/provisioning_actor.hpp"

namespace phone::policy {

// The policy as it is watched: each secret for the one role that needs it.
class PolicyPublisher {
 public:
  // `whole`: everything, for what this process itself does with it.
  void set(const Policy& policy, const std::function<void(const v1::EffectivePolicy& whole)>& whole);
  const mesh::Latest<v1::EffectivePolicy>& for_role(mesh::Role role) const;

 private:
  mesh::Latest<v1::EffectivePolicy> signaling_;
  mesh::Latest<v1::EffectivePolicy> certificates_;
  mesh::Latest<v1::EffectivePolicy> network_;
  mesh::Latest<v1::EffectivePolicy> blanked_;
};

// Who answers.
struct PolicyParts {
  ProvisioningActor provisioning;
  LockActor lock;                           // Unlock and Lock
  std::function<DeliveryFacts()> delivery;  // of audit events, from any thread
  const WebAccessKeeper& web_access;
};
void register_policy(mesh::Router& router, caf::actor_system& system, const PolicyParts& parts,
                     const PolicyPublisher& publication, const mesh::EventLog& event_log);

}  // namespace phone::policy
