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

// After everything that happened: tell what changed, and be woken when something is due.
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
      [self](const PolicyChanged& news) {
        self->state.agent->configure(news.settings, Clock::now());
        settle(self);
      },
      [self](const AddressesChanged& news) {
        self->state.agent->addresses_are(news.addresses, Clock::now());
        settle(self);
      },
      [self](const IdentityNews& news) {
        self->state.agent->identity_is(news.key, Clock::now());
        settle(self);
      },
      [self](const FlowEvent& news) {
        UserAgent& agent = *self->state.agent;
        if (news.what == FlowEvent::kUp) agent.flow_up(news.flow, news.facts, Clock::now());
        if (news.what == FlowEvent::kDown) agent.flow_down(news.flow, news.text, news.end, Clock::now());
        if (news.what == FlowEvent::kMessage) agent.flow_message(news.flow, news.text, Clock::now());
        settle(self);
      },
      [self](const StreamEvent& news) {
        UserAgent& agent = *self->state.agent;
        if (news.what == StreamEvent::kOpened) agent.stream_opened(news.stream, news.port, Clock::now());
        if (news.what == StreamEvent::kRefused) agent.stream_refused(news.stream, news.reason, Clock::now());
        if (news.what == StreamEvent::kTonePlayed) agent.tone_played(news.stream, news.tone);
        if (news.what == StreamEvent::kFacts) agent.stream_facts(news.incarnation, news.reports, Clock::now());
        settle(self);
      },
      [self](const Restored& restored) {
        if (!restored.alarm.empty()) self->state.agent->restore_alarm(restored.alarm);
        self->state.agent->restore(restored.dialogs, restored.streams, Clock::now());
        settle(self);
      },
      [self](const DialRequest& order) { return answered(self, self->state.agent->dial(order.number, Clock::now())); },
      [self](const AnswerRequest& order) {
        return answered(self, self->state.agent->answer(order.call, Clock::now()));
      },
      [self](const HangUpRequest& order) {
        return answered(self, self->state.agent->hang_up(order.call, Clock::now()));
      },
      [self](const HoldRequest& order) { return answered(self, self->state.agent->hold(order.call, Clock::now())); },
      [self](const ResumeRequest& order) {
        return answered(self, self->state.agent->resume(order.call, Clock::now()));
      },
      [self](const TransferRequest& order) {
        return answered(self, self->state.agent->transfer(order.call, order.number, order.to_call, Clock::now()));
      },
      [self](const SendDigitsRequest& order) { self->state.agent->send_digits(order.call, order.digits, order.done); },
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
