// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/status/phone_status_actor.hpp"

#include <array>
#include <caf/all.hpp>
#include <map>
#include <optional>
#include <utility>

namespace phone::gateway {
namespace {

using phone::gateway::v1::PhoneStatus;
using StatusPromise = caf::typed_response_promise<PhoneStatus>;
using StreamCounts = std::array<std::uint64_t, kSources.size()>;

struct StatusPoll {
  std::size_t unanswered = kSources.size();
  StreamCounts heard_before{};
  std::optional<StatusPromise> promise;  // none: a poll for the watchers
};

class StatusAggregator {
 public:
  StatusAggregator(StatusActor::pointer self, Ask ask, phone::mesh::Latest<PhoneStatus>& latest)
      : self_(self), ask_(std::move(ask)), latest_(latest) {}

  void begin_poll(std::optional<StatusPromise> promise) {
    const std::uint64_t poll = ++last_poll_;
    polls_.emplace(poll, StatusPoll{.heard_before = heard_, .promise = std::move(promise)});
    for (const Source source : kSources) {
      ask_(source, [actor = caf::actor_cast<StatusActor>(self_), poll, source](Outcome outcome) {
        caf::anon_send(actor, ServicePolled{poll, source, std::move(outcome)});
      });
    }
  }

  void poll() {
    if (own_poll_ != OwnPoll::kIdle) {
      own_poll_ = OwnPoll::kRunningAgain;
      return;
    }
    own_poll_ = OwnPoll::kRunning;
    begin_poll(std::nullopt);
  }

  void update(const FactUpdated& learnt) {
    if (!std::holds_alternative<phone::mesh::v1::Event>(learnt.fact)) ++heard_[static_cast<std::size_t>(learnt.source)];
    take(learnt.source, learnt.fact);
    publish();
  }

  void answered(const ServicePolled& answer) {
    const auto found = polls_.find(answer.poll);
    if (found == polls_.end()) return;
    StatusPoll& poll = found->second;
    note(answer, poll);
    if (--poll.unanswered > 0) return;
    complete_ = true;
    publish();
    if (poll.promise) {
      poll.promise->deliver(phone_status_.status());
      polls_.erase(found);
      return;
    }
    polls_.erase(found);
    if (std::exchange(own_poll_, OwnPoll::kIdle) == OwnPoll::kRunningAgain) this->poll();
  }

 private:
  enum class OwnPoll {
    kIdle,
    kRunning,       // A poll for the watchers is in progress.
    kRunningAgain,  // It is, and something has happened since: another one follows.
  };

  void note(const ServicePolled& answer, const StatusPoll& poll) {
    if (!answer.outcome.status.ok()) {
      if (did_not_answer(answer.outcome.status))
        phone_status_.silent(answer.source);
      else
        phone_status_.answered(answer.source);
      return;
    }
    // What the stream brought while the question was on its way may be newer than the answer.
    const auto index = static_cast<std::size_t>(answer.source);
    const bool overtaken = heard_[index] != poll.heard_before[index] && answer.source != Source::kPolicy;
    take(answer.source, overtaken ? Fact() : answer.outcome.fact);
  }

  void take(Source source, const Fact& fact) {
    std::visit(
        [&](const auto& value) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>)
            phone_status_.answered(source);
          else
            phone_status_.update(value);
        },
        fact);
  }

  // Before every service was asked once, a status would call those unreachable that had no chance to answer.
  void publish() {
    if (!complete_) return;
    const PhoneStatus& status = phone_status_.status();
    if (status.version() == std::exchange(published_, status.version())) return;
    latest_.set(status);
  }

  const StatusActor::pointer self_;
  const Ask ask_;
  phone::mesh::Latest<PhoneStatus>& latest_;
  PhoneStatusModel phone_status_;
  StreamCounts heard_{};
  std::map<std::uint64_t, StatusPoll> polls_;
  std::uint64_t last_poll_ = 0;
  std::uint64_t published_ = 0;
  OwnPoll own_poll_ = OwnPoll::kIdle;
  bool complete_ = false;  // every service was asked once
};

StatusActor::behavior_type behave(StatusActor::pointer self, const std::shared_ptr<StatusAggregator>& aggregator,
                                  std::chrono::milliseconds poll_period) {
  self->send(self, PollDue{});
  return {[=](const GetStatusNow&) {
            StatusPromise promise = self->make_response_promise<PhoneStatus>();
            aggregator->begin_poll(promise);
            return promise;
          },
          [=](const FactUpdated& learnt) { aggregator->update(learnt); },
          [=](const PollRequested&) { aggregator->poll(); },
          [=](const PollDue&) {
            aggregator->poll();
            self->delayed_send(self, poll_period, PollDue{});
          },
          [=](const ServicePolled& answer) { aggregator->answered(answer); }};
}

}  // namespace

StatusActor spawn_status(caf::actor_system& system, Ask ask, phone::mesh::Latest<PhoneStatus>& latest,
                         std::chrono::milliseconds poll_period) {
  return system.spawn([ask = std::move(ask), &latest, poll_period](StatusActor::pointer self) {
    return behave(self, std::make_shared<StatusAggregator>(self, ask, latest), poll_period);
  });
}

}  // namespace phone::gateway
