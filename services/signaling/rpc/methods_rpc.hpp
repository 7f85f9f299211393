// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <caf/fwd.hpp>

#include "common/mesh/call/event_log.hpp"
#include "common/mesh/call/latest.hpp"
#include "common/mesh/server/router.hpp"
#include "phone/signaling/v1/signaling.pb.h"
#include "services/signaling/ua/agent_actor.hpp"

namespace phone::signaling {

// The methods of phone.signaling.v1.Signaling: each asks the agent once.
class SignalingMethods {
 public:
  // What is handed over outlives the router.
  void register_with(mesh::Router& router, caf::actor_system& system, const AgentActor& agent,
                     mesh::EventLog& event_log);
  // The state that callers read and watch from now on.
  void publish(const StateView& view);

 private:
  mesh::Latest<v1::SignalingState> state_;
  uint64_t version_ = 0;
};

}  // namespace phone::signaling
