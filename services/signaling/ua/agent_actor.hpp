#pragma once

#include <caf/all.hpp>

#include "common/mesh/actor/actor_reply.hpp"
#include "services/signaling/transport/flow.hpp"
#include "services/signaling/ua/user_agent.hpp"

namespace phone::signaling {

struct PolicyNews {
  Settings settings;
};
struct AddressNews {
  std::vector<std::string> addresses;  // of the phone, as network_access has them
};
struct IdentityNews {
  std::string key;  // fingerprint of the key whose certificate SIP shows from now on
};
struct FlowNews {
  enum What : uint8_t { kUp, kDown, kMessage } what;
  FlowId flow;
  FlowFacts facts;
  std::string text;  // the message, or why it is down
  FlowEnd end;
  std::shared_ptr<void> place = nullptr;  // of a message in the mailbox
};
// What media says: answers to what was asked of it, and what its streams really do.
struct StreamNews {
  enum What : uint8_t { kOpened, kRefused, kTonePlayed, kFacts } what;
  std::string stream;
  uint16_t port = 0;
  std::string reason;
  Tone tone = Tone::kNone;
  std::string incarnation;
  std::vector<StreamReport> reports;
};
// What the process before has left.
struct Restored {
  std::string dialogs, alarm;
  std::vector<RecoveredStream> streams;
};
struct DialOrder {
  std::string number;
};
struct AnswerOrder {
  std::string call;
};
struct HangUpOrder {
  std::string call;
};
struct TimeIsUp {};

}  // namespace phone::signaling
PHONE_MESSAGE(phone::signaling::PolicyNews)
PHONE_MESSAGE(phone::signaling::AddressNews)
PHONE_MESSAGE(phone::signaling::IdentityNews)
PHONE_MESSAGE(phone::signaling::FlowNews)
PHONE_MESSAGE(phone::signaling::StreamNews)
PHONE_MESSAGE(phone::signaling::TimeIsUp)
PHONE_MESSAGE(phone::signaling::Restored)
PHONE_MESSAGE(phone::signaling::DialOrder)
PHONE_MESSAGE(phone::signaling::AnswerOrder)
PHONE_MESSAGE(phone::signaling::HangUpOrder)
PHONE_MESSAGE(phone::signaling::CallView)

namespace phone::signaling {

// The one owner of the user agent: orders what happens to it and moves its time.
using AgentActor =
    caf::typed_actor<caf::reacts_to<PolicyNews>, caf::reacts_to<AddressNews>, caf::reacts_to<IdentityNews>,
                     caf::reacts_to<FlowNews>, caf::reacts_to<StreamNews>, caf::reacts_to<Restored>,
                     caf::replies_to<DialOrder>::with<CallView>, caf::replies_to<AnswerOrder>::with<CallView>,
                     caf::replies_to<HangUpOrder>::with<CallView>, caf::reacts_to<TimeIsUp>>;

// `publish` gets the state after every change. `outside` outlives the actor.
AgentActor spawn_agent(caf::actor_system& system, Outside& outside, std::function<void(const StateView&)> publish);

}  // namespace phone::signaling
