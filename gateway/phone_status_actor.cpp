#include "gateway/phone_status_actor.hpp"

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

struct Round {
  std::size_t unanswered = kSources.size();
  StreamCounts heard_before{};
  std::optional<StatusPromise> promise;  // none: a look for those who watch
};

class Keeper {
 public:
  Keeper(PictureActor::pointer self, Ask ask, phone::mesh::Latest<PhoneStatus>& latest)
      : self_(self), ask_(std::move(ask)), latest_(latest) {}

  void begin_round(std::optional<StatusPromise> promise) {
    const std::uint64_t round = ++last_round_;
    rounds_.emplace(round, Round{.heard_before = heard_, .promise = std::move(promise)});
    for (const Source source : kSources) {
      ask_(source, [actor = caf::actor_cast<PictureActor>(self_), round, source](Outcome outcome) {
        caf::anon_send(actor, Answered{round, source, std::move(outcome)});
      });
    }
  }

  void look() {
    if (looking_) {
      look_again_ = true;
      return;
    }
    looking_ = true;
    begin_round(std::nullopt);
  }

  void learn(const Learn& learnt) {
    if (!std::holds_alternative<phone::mesh::v1::Event>(learnt.fact)) ++heard_[static_cast<std::size_t>(learnt.source)];
    take(learnt.source, learnt.fact);
    publish();
  }

  void answered(const Answered& answer) {
    const auto found = rounds_.find(answer.round);
    if (found == rounds_.end()) return;
    Round& round = found->second;
    note(answer, round);
    if (--round.unanswered > 0) return;
    complete_ = true;
    publish();
    if (round.promise) {
      round.promise->deliver(picture_.status());
      rounds_.erase(found);
      return;
    }
    rounds_.erase(found);
    looking_ = false;
    if (std::exchange(look_again_, false)) look();
  }

 private:
  void note(const Answered& answer, const Round& round) {
    if (!answer.outcome.status.ok()) {
      if (did_not_answer(answer.outcome.status))
        picture_.silent(answer.source);
      else
        picture_.answered(answer.source);
      return;
    }
    // What the stream said while the question was on its way may be newer than the answer.
    const auto index = static_cast<std::size_t>(answer.source);
    const bool overtaken = heard_[index] != round.heard_before[index] && answer.source != Source::kPolicy;
    take(answer.source, overtaken ? Fact() : answer.outcome.fact);
  }

  void take(Source source, const Fact& fact) {
    std::visit(
        [&](const auto& value) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>)
            picture_.answered(source);
          else
            picture_.learn(value);
        },
        fact);
  }

  // Before every service was asked once, a status would call those unreachable that had no chance to answer.
  void publish() {
    if (!complete_) return;
    const PhoneStatus& status = picture_.status();
    if (status.version() == std::exchange(published_, status.version())) return;
    latest_.set(status);
  }

  const PictureActor::pointer self_;
  const Ask ask_;
  phone::mesh::Latest<PhoneStatus>& latest_;
  Picture picture_;
  StreamCounts heard_{};
  std::map<std::uint64_t, Round> rounds_;
  std::uint64_t last_round_ = 0;
  std::uint64_t published_ = 0;
  bool looking_ = false, look_again_ = false, complete_ = false;
};

PictureActor::behavior_type behave(PictureActor::pointer self, const std::shared_ptr<Keeper>& keeper,
                                   std::chrono::milliseconds look_period) {
  self->send(self, LookAgain{});
  return {[=](const GetStatusNow&) {
            StatusPromise promise = self->make_response_promise<PhoneStatus>();
            keeper->begin_round(promise);
            return promise;
          },
          [=](const Learn& learnt) { keeper->learn(learnt); }, [=](const Look&) { keeper->look(); },
          [=](const LookAgain&) {
            keeper->look();
            self->delayed_send(self, look_period, LookAgain{});
          },
          [=](const Answered& answer) { keeper->answered(answer); }};
}

}  // namespace

PictureActor spawn_picture(caf::actor_system& system, Ask ask, phone::mesh::Latest<PhoneStatus>& latest,
                           std::chrono::milliseconds look_period) {
  return system.spawn([ask = std::move(ask), &latest, look_period](PictureActor::pointer self) {
    return behave(self, std::make_shared<Keeper>(self, ask, latest), look_period);
  });
}

}  // namespace phone::gateway
