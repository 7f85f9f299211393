// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include "common/mesh/server/router.hpp"
#include "phone/policy/v1/policy.pb.h"
#include "phone/signaling/v1/signaling.pb.h"
#include "services/signaling/feature/feature.hpp"
#include "services/signaling/policy/settings.hpp"
#include "services/signaling/ua/agent_actor.hpp"

// Soft keys and what is shared, as messages of the contract.
namespace phone::signaling {

// INVALID_ARGUMENT for a feature that this version does not know, and for texts over their limits.
absl::StatusOr<FeatureOrder> from_proto(const v1::UseFeatureRequest& request);
void fill(v1::SignalingState& state, const FeatureView& view);
void fill_features(v1::Call& call, const CallView& view);
void take_features(const policy::v1::EffectivePolicy& policy, Settings& settings);
void register_features(mesh::Router& router, const AgentActor& agent);

}  // namespace phone::signaling
