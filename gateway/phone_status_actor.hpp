#pragma once

#include <caf/typed_actor.hpp>
#include <chrono>
#include <cstdint>

#include "common/mesh/actor/actor_reply.hpp"
#include "common/mesh/call/latest.hpp"
#include "gateway/facts.hpp"

namespace phone::gateway {

struct GetStatusNow {};  // asks every service first
struct Learn {           // from a stream
  Source source;
  Fact fact;
};
struct Look {};       // ask every service when that is not being done already: something has happened
struct LookAgain {};  // its own, every kLookPeriod
struct Answered {     // one service's part of a round
  std::uint64_t round;
  Source source;
  Outcome outcome;
};

using PictureActor =
    caf::typed_actor<caf::replies_to<GetStatusNow>::with<phone::gateway::v1::PhoneStatus>, caf::reacts_to<Learn>,
                     caf::reacts_to<Look>, caf::reacts_to<LookAgain>, caf::reacts_to<Answered>>;

// How long a service that has hung, or a fact nobody streams, can go unnoticed by those who watch the status.
inline constexpr std::chrono::seconds kLookPeriod{5};

// Owns the picture. `latest` gets every new status, from the first complete round on.
PictureActor spawn_picture(caf::actor_system& system, Ask ask,
                           phone::mesh::Latest<phone::gateway::v1::PhoneStatus>& latest,
                           std::chrono::milliseconds look_period = kLookPeriod);

}  // namespace phone::gateway

PHONE_MESSAGE(phone::gateway::v1::PhoneStatus)
PHONE_MESSAGE(phone::gateway::GetStatusNow)
PHONE_MESSAGE(phone::gateway::Learn)
PHONE_MESSAGE(phone::gateway::Look)
PHONE_MESSAGE(phone::gateway::LookAgain)
PHONE_MESSAGE(phone::gateway::Answered)
