// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <caf/all.hpp>

#include "common/mesh/actor/actor_reply.hpp"
#include "services/signaling/transport/flow.hpp"
#include "services/signaling/ua/user_agent.hpp"

namespace phone::signaling {

struct PolicyChanged {
  Settings settings;
};
struct AddressesChanged {
  std::vector<std::string> addresses;  // of the phone, as network_access has them
};
struct IdentityNews {
  std::string key;  // fingerprint of the key whose certificate SIP shows from now on
};
struct FlowEvent {
  enum What : uint8_t { kUp, kDown, kMessage } what;
  FlowId flow;
  FlowFacts facts;
  std::string text;  // the message, or why it is down
  FlowEnd end;
  std::shared_ptr<void> place = nullptr;  // of a message in the mailbox
};
// What media says: answers to what was asked of it, and what its streams really do.
struct StreamEvent {
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
struct DialRequest {
  std::string number;
};
struct AnswerRequest {
  std::string call;
};
struct HangUpRequest {
  std::string call;
};
struct HoldRequest {
  std::string call;
};
struct ResumeRequest {
  std::string call;
};
struct TransferRequest {
  std::string call;
  std::string number;   // blind
  std::string to_call;  // attended
};
struct SendDigitsRequest {
  std::string call;
  crypto::Secret digits;
  std::function<void(const absl::Status&)> done;  // called once
};
struct TimerExpired {};

}  // namespace phone::signaling
PHONE_MESSAGE(phone::signaling::PolicyChanged)
PHONE_MESSAGE(phone::signaling::AddressesChanged)
PHONE_MESSAGE(phone::signaling::IdentityNews)
PHONE_MESSAGE(phone::signaling::FlowEvent)
PHONE_MESSAGE(phone::signaling::StreamEvent)
PHONE_MESSAGE(phone::signaling::TimerExpired)
PHONE_MESSAGE(phone::signaling::Restored)
PHONE_MESSAGE(phone::signaling::DialRequest)
PHONE_MESSAGE(phone::signaling::AnswerRequest)
PHONE_MESSAGE(phone::signaling::HangUpRequest)
PHONE_MESSAGE(phone::signaling::HoldRequest)
PHONE_MESSAGE(phone::signaling::ResumeRequest)
PHONE_MESSAGE(phone::signaling::TransferRequest)
PHONE_MESSAGE(phone::signaling::SendDigitsRequest)
PHONE_MESSAGE(phone::signaling::CallView)

namespace phone::signaling {

// The one owner of the user agent: orders what happens to it and moves its time.
using AgentActor =
    caf::typed_actor<caf::reacts_to<PolicyChanged>, caf::reacts_to<AddressesChanged>, caf::reacts_to<IdentityNews>,
                     caf::reacts_to<FlowEvent>, caf::reacts_to<StreamEvent>, caf::reacts_to<Restored>,
                     caf::replies_to<DialRequest>::with<CallView>, caf::replies_to<AnswerRequest>::with<CallView>,
                     caf::replies_to<HangUpRequest>::with<CallView>, caf::replies_to<HoldRequest>::with<CallView>,
                     caf::replies_to<ResumeRequest>::with<CallView>, caf::replies_to<TransferRequest>::with<CallView>,
                     caf::reacts_to<SendDigitsRequest>, caf::reacts_to<TimerExpired>>;

// `publish` gets the state after every change. `ua_port` outlives the actor.
AgentActor spawn_agent(caf::actor_system& system, UserAgentPort& ua_port,
                       std::function<void(const StateView&)> publish);

}  // namespace phone::signaling
