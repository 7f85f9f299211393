// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <caf/all.hpp>

#include "common/mesh/actor/actor_reply.hpp"
#include "services/signaling/transport/flow_events.hpp"
#include "services/signaling/ua/stream_events.hpp"
#include "services/signaling/ua/user_agent.hpp"

namespace phone::signaling {

struct PolicyChanged {
  Settings settings;
};
struct AddressesChanged {
  std::vector<std::string> addresses;  // of the phone, as network_access has them
  PhoneNetwork network = {};
};
struct IdentityChanged {
  std::string key;  // fingerprint of the key whose certificate SIP shows from now on
};
// What the process before has left.
struct AlarmRestored {
  std::string alarm;
};
struct ToldRestored {
  std::string told;
};
struct CallsRestored {
  std::string dialogs;
  std::vector<RecoveredStream> streams;
};
struct MemoryRestored {
  std::string history;
  bool off_hook = false;
};
struct DialRequest {
  std::string number;
  uint32_t line = 0, speed_dial = 0;
  bool redial = false;
  Precedence precedence = Precedence::kNone;
};
struct DeclineRequest {
  std::string call;
};
struct IgnoreRequest {
  std::string call;
};
struct HookRequest {
  bool off_hook = false;
};
struct MemoryRequest {};
struct ForgetRequest {
  std::vector<uint64_t> entries;
  bool all = false;
};
struct Forgotten {
  size_t calls = 0;
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
struct DoNotDisturbRequest {
  bool on = false;
  std::function<void(const absl::Status&)> done;  // called once
};
struct UseFeatureOrder {
  FeatureOrder order;
  Features::Done done;  // called once
};
struct AuthorizationRestored {
  crypto::Secret record;
};
struct AuthorizeOrder {
  crypto::Secret code;
  std::function<void(const absl::Status&)> done;  // called once
};
struct TimerExpired {};

}  // namespace phone::signaling
PHONE_MESSAGE(phone::signaling::PolicyChanged)
PHONE_MESSAGE(phone::signaling::AddressesChanged)
PHONE_MESSAGE(phone::signaling::IdentityChanged)
PHONE_MESSAGE(phone::signaling::IdentityUseReported)
PHONE_MESSAGE(phone::signaling::FlowUp)
PHONE_MESSAGE(phone::signaling::MessageReceived)
PHONE_MESSAGE(phone::signaling::FlowClosed)
PHONE_MESSAGE(phone::signaling::StreamOpened)
PHONE_MESSAGE(phone::signaling::StreamRefused)
PHONE_MESSAGE(phone::signaling::PortAnswered)
PHONE_MESSAGE(phone::signaling::TonePlayed)
PHONE_MESSAGE(phone::signaling::StreamsReported)
PHONE_MESSAGE(phone::signaling::AlarmRestored)
PHONE_MESSAGE(phone::signaling::ToldRestored)
PHONE_MESSAGE(phone::signaling::CallsRestored)
PHONE_MESSAGE(phone::signaling::AuthorizationRestored)
PHONE_MESSAGE(phone::signaling::AuthorizeOrder)
PHONE_MESSAGE(phone::signaling::TimerExpired)
PHONE_MESSAGE(phone::signaling::DialRequest)
PHONE_MESSAGE(phone::signaling::AnswerRequest)
PHONE_MESSAGE(phone::signaling::DeclineRequest)
PHONE_MESSAGE(phone::signaling::IgnoreRequest)
PHONE_MESSAGE(phone::signaling::HookRequest)
PHONE_MESSAGE(phone::signaling::MemoryRequest)
PHONE_MESSAGE(phone::signaling::ForgetRequest)
PHONE_MESSAGE(phone::signaling::MemoryRestored)
PHONE_MESSAGE(phone::signaling::HookView)
PHONE_MESSAGE(phone::signaling::MemoryView)
PHONE_MESSAGE(phone::signaling::Forgotten)
PHONE_MESSAGE(phone::signaling::HangUpRequest)
PHONE_MESSAGE(phone::signaling::HoldRequest)
PHONE_MESSAGE(phone::signaling::ResumeRequest)
PHONE_MESSAGE(phone::signaling::TransferRequest)
PHONE_MESSAGE(phone::signaling::SendDigitsRequest)
PHONE_MESSAGE(phone::signaling::DoNotDisturbRequest)
PHONE_MESSAGE(phone::signaling::UseFeatureOrder)
PHONE_MESSAGE(phone::signaling::CallView)

namespace phone::signaling {

// The one owner of the user agent: orders what happens to it and moves its time.
using AgentActor =
    caf::typed_actor<caf::reacts_to<PolicyChanged>, caf::reacts_to<AddressesChanged>, caf::reacts_to<IdentityChanged>,
                     caf::reacts_to<IdentityUseReported>, caf::reacts_to<FlowUp>, caf::reacts_to<MessageReceived>,
                     caf::reacts_to<FlowClosed>, caf::reacts_to<StreamOpened>, caf::reacts_to<StreamRefused>,
                     caf::reacts_to<PortAnswered>, caf::reacts_to<TonePlayed>, caf::reacts_to<StreamsReported>,
                     caf::reacts_to<AlarmRestored>, caf::reacts_to<ToldRestored>, caf::reacts_to<CallsRestored>,
                     caf::replies_to<DialRequest>::with<CallView>, caf::replies_to<AnswerRequest>::with<CallView>,
                     caf::replies_to<HangUpRequest>::with<CallView>, caf::replies_to<HoldRequest>::with<CallView>,
                     caf::replies_to<ResumeRequest>::with<CallView>, caf::replies_to<TransferRequest>::with<CallView>,
                     caf::reacts_to<SendDigitsRequest>, caf::reacts_to<DoNotDisturbRequest>,
                     caf::reacts_to<UseFeatureOrder>, caf::reacts_to<AuthorizationRestored>,
                     caf::reacts_to<AuthorizeOrder>, caf::reacts_to<MemoryRestored>,
                     caf::replies_to<DeclineRequest>::with<CallView>, caf::replies_to<IgnoreRequest>::with<CallView>,
                     caf::replies_to<HookRequest>::with<HookView>, caf::replies_to<MemoryRequest>::with<MemoryView>,
                     caf::replies_to<ForgetRequest>::with<Forgotten>, caf::reacts_to<TimerExpired>>;

// `publish` gets the state after every change. `ua_port` outlives the actor.
AgentActor spawn_agent(caf::actor_system& system, UserAgentPort& ua_port,
                       std::function<void(const StateView&)> publish);

}  // namespace phone::signaling
