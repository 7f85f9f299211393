// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>

#include "common/mesh/call/event_log.hpp"
#include "common/mesh/call/latest.hpp"
#include "common/mesh/server/router.hpp"
#include "gateway/metrics/metrics_text.hpp"
#include "gateway/rpc/enrolment_servers.hpp"
#include "gateway/status/phone_status_actor.hpp"

namespace phone::gateway {

struct Peers;

// The gateway's methods: the status from its actor, events from the merged event log, everything else passed on to
// the service concerned, and its answer or refusal is passed back. Nothing is decided here.
void serve_gateway(phone::mesh::Router& router, caf::actor_system& system, const StatusActor& phone_status,
                   const phone::mesh::Latest<phone::gateway::v1::PhoneStatus>& latest,
                   const phone::mesh::EventLog& event_log, const Peers& peers, const EnrolmentServers& enrolment,
                   std::function<OnDemand()> on_demand);

}  // namespace phone::gateway
