// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/ua/agent_actor.hpp"

#include <algorithm>

#include "common/log/log.hpp"

namespace phone::signaling {
namespace {

using Clock = std::chrono::steady_clock;

struct AgentState {
  std::unique_ptr<UserAgent> agent;
  std::function<void(const StateView&)> publish;
  std::optional<TimePoint> armed;
};
using Self = AgentActor::stateful_pointer<AgentState>;

// After each event: publishes what has changed, and arms the timer for what is due next.
void settle(Self self) {
  AgentState& state = self->state;
  if (state.agent->take_changed()) state.publish(state.agent->view());
  auto due = state.agent->deadline();
  if (!due.has_value() || (state.armed.has_value() && *state.armed <= *due)) return;
  state.armed = due;
  auto wait = std::max(*due - Clock::now(), Clock::duration(std::chrono::milliseconds(1)));
  self->delayed_send(self, std::chrono::duration_cast<std::chrono::nanoseconds>(wait), TimerExpired{});
}

caf::result<CallView> answered(Self self, absl::StatusOr<CallView> call) {
  settle(self);
  if (!call.ok()) return mesh::to_error(call.status());
  return std::move(*call);
}

AgentActor::behavior_type agent(Self self, UserAgentPort* ua_port, std::function<void(const StateView&)> publish) {
  self->state.agent = std::make_unique<UserAgent>(*ua_port, [](const StateChange& change) {
    log::debug("state", {{"of", change.subject}, {"from", change.from}, {"to", change.to}, {"cause", change.cause}});
  });
  self->state.publish = std::move(publish);
  settle(self);
  return {
      [self](const PolicyChanged& event) {
        self->state.agent->configure(event.settings, Clock::now());
        settle(self);
      },
      [self](const AddressesChanged& event) {
        self->state.agent->network_is(event.network);
        self->state.agent->addresses_are(event.addresses, Clock::now());
        settle(self);
      },
      [self](const IdentityChanged& event) {
        self->state.agent->identity_is(event.key, Clock::now());
        settle(self);
      },
      [self](const IdentityUseReported& event) {
        self->state.agent->identity_use_reported(event, Clock::now());
        settle(self);
      },
      [self](const FlowUp& event) {
        self->state.agent->flow_up(event.flow, event.facts, Clock::now());
        settle(self);
      },
      [self](const MessageReceived& event) {
        self->state.agent->flow_message(event.flow, event.bytes, Clock::now());
        settle(self);
      },
      [self](const FlowClosed& event) {
        self->state.agent->flow_down(event, Clock::now());
        settle(self);
      },
      [self](const StreamOpened& event) {
        self->state.agent->stream_opened(event.stream, event.port, Clock::now());
        settle(self);
      },
      [self](const StreamRefused& event) {
        self->state.agent->stream_refused(event.stream, event.reason, Clock::now());
        settle(self);
      },
      [self](const PortAnswered& event) {
        self->state.agent->go_on(event.then, Clock::now());
        settle(self);
      },
      [self](const TonePlayed& event) {
        self->state.agent->tone_played(event.stream, event.tone);
        settle(self);
      },
      [self](const StreamsReported& event) {
        self->state.agent->stream_facts(event.incarnation, event.reports, Clock::now());
        settle(self);
      },
      [self](const AlarmRestored& event) {
        self->state.agent->restore_alarm(event.alarm);
        settle(self);
      },
      [self](const ToldRestored& event) {
        self->state.agent->restore_told(event.told, Clock::now());
        settle(self);
      },
      [self](const CallsRestored& event) {
        self->state.agent->restore(event.dialogs, event.streams, Clock::now());
        settle(self);
      },
      [self](const DialRequest& request) {
        const DialOrder order{.number = request.number,
                              .line = request.line,
                              .speed_dial = request.speed_dial,
                              .redial = request.redial,
                              .precedence = request.precedence};
        return answered(self, self->state.agent->dial(order, Clock::now()));
      },
      [self](const AnswerRequest& request) {
        return answered(self, self->state.agent->answer(request.call, Clock::now()));
      },
      [self](const HangUpRequest& request) {
        return answered(self, self->state.agent->hang_up(request.call, Clock::now()));
      },
      [self](const HoldRequest& order) { return answered(self, self->state.agent->hold(order.call, Clock::now())); },
      [self](const ResumeRequest& order) {
        return answered(self, self->state.agent->resume(order.call, Clock::now()));
      },
      [self](const TransferRequest& order) {
        return answered(self, self->state.agent->transfer(order.call, order.number, order.to_call, Clock::now()));
      },
      [self](const SendDigitsRequest& order) {
        self->state.agent->send_digits(order.call, order.digits, order.done, Clock::now());
        settle(self);
      },
      [self](const DoNotDisturbRequest& order) {
        self->state.agent->set_do_not_disturb(order.on, order.done, Clock::now());
        settle(self);
      },
      [self](const UseFeatureOrder& order) {
        self->state.agent->use_feature(order.order, order.done, Clock::now());
        settle(self);
      },
      [self](const AuthorizationRestored& event) {
        self->state.agent->restore_authorization(event.record, Clock::now());
        settle(self);
      },
      [self](const AuthorizeOrder& order) {
        self->state.agent->authorize(order.code, order.done, Clock::now());
        settle(self);
      },
      [self](const MemoryRestored& event) {
        self->state.agent->restore_memory(event.history, event.off_hook);
        settle(self);
      },
      [self](const DeclineRequest& request) {
        return answered(self, self->state.agent->decline(request.call, Clock::now()));
      },
      [self](const IgnoreRequest& request) {
        return answered(self, self->state.agent->ignore(request.call, Clock::now()));
      },
      [self](const HookRequest& request) -> caf::result<HookView> {
        HookView view = self->state.agent->set_hook(request.off_hook, Clock::now());
        settle(self);
        return view;
      },
      [self](const MemoryRequest&) -> caf::result<MemoryView> { return self->state.agent->memory(); },
      [self](const ForgetRequest& request) -> caf::result<Forgotten> {
        const size_t calls = self->state.agent->forget_calls(request.entries, request.all);
        if (calls == 0 && !request.all) return mesh::to_error(absl::NotFoundError("no such call in the history"));
        return Forgotten{calls};
      },
      [self](const TimerExpired&) {
        self->state.armed.reset();
        self->state.agent->on_time(Clock::now());
        settle(self);
      },
  };
}

}  // namespace

AgentActor spawn_agent(caf::actor_system& system, UserAgentPort& ua_port,
                       std::function<void(const StateView&)> publish) {
  return system.spawn(agent, &ua_port, std::move(publish));
}

}  // namespace phone::signaling
