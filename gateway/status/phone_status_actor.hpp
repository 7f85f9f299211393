// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <caf/typed_actor.hpp>
#include <chrono>
#include <cstdint>

#include "common/mesh/actor/actor_reply.hpp"
#include "common/mesh/call/latest.hpp"
#include "gateway/status/facts.hpp"

namespace phone::gateway {

struct GetStatusNow {};  // asks every service first
struct FactUpdated {     // from a stream
  Source source;
  Fact fact;
};
struct PollRequested {};  // ask every service when that is not being done already: something has happened
struct PollDue {};        // its own, every kPollPeriod
struct ServicePolled {    // one service's part of a poll
  std::uint64_t poll;
  Source source;
  Outcome outcome;
};

using StatusActor =
    caf::typed_actor<caf::replies_to<GetStatusNow>::with<phone::gateway::v1::PhoneStatus>, caf::reacts_to<FactUpdated>,
                     caf::reacts_to<PollRequested>, caf::reacts_to<PollDue>, caf::reacts_to<ServicePolled>>;

// How long a hung service, or a fact that is not streamed, can go unnoticed by watchers of the status.
inline constexpr std::chrono::seconds kPollPeriod{5};

// Owns the phone status. `latest` gets every new status, from the first complete poll on.
StatusActor spawn_status(caf::actor_system& system, Ask ask,
                         phone::mesh::Latest<phone::gateway::v1::PhoneStatus>& latest,
                         std::chrono::milliseconds poll_period = kPollPeriod);

}  // namespace phone::gateway

PHONE_MESSAGE(phone::gateway::v1::PhoneStatus)
PHONE_MESSAGE(phone::gateway::GetStatusNow)
PHONE_MESSAGE(phone::gateway::FactUpdated)
PHONE_MESSAGE(phone::gateway::PollRequested)
PHONE_MESSAGE(phone::gateway::PollDue)
PHONE_MESSAGE(phone::gateway::ServicePolled)
