// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The actor with services that answer when the test lets them.
#include "gateway/status/phone_status_actor.hpp"

#include <absl/time/clock.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <caf/all.hpp>
#include <map>
#include <mutex>
#include <vector>

namespace phone::gateway {
namespace {

using phone::gateway::v1::PhoneStatus;
using testing::ElementsAre;
using testing::IsEmpty;

// Keeps the questions; the test answers.
class Questions {
 public:
  Ask ask() {
    return [this](Source source, std::function<void(Outcome)> done) {
      const std::lock_guard lock(mutex_);
      open_[source].push_back(std::move(done));
    };
  }
  // Answers everything asked of `source` so far, waiting for the first.
  void answer(Source source, const Outcome& outcome) {
    std::vector<std::function<void(Outcome)>> open;
    for (const absl::Time until = absl::Now() + absl::Seconds(5); open.empty() && absl::Now() < until;) {
      const std::lock_guard lock(mutex_);
      open.swap(open_[source]);
    }
    ASSERT_FALSE(open.empty());
    for (auto& done : open) done(outcome);
  }
  void answer_all(const Outcome& outcome) {
    for (const Source source : kSources) answer(source, outcome);
  }

 private:
  std::mutex mutex_;
  std::map<Source, std::vector<std::function<void(Outcome)>>> open_;
};

caf::actor_system_config& config() {
  static caf::actor_system_config config;
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", std::size_t{1});
  return config;
}

class PictureActorTest : public testing::Test {
 protected:
  ~PictureActorTest() override { caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown); }

  PhoneStatus wait_for(const std::function<bool(const PhoneStatus&)>& condition) {
    for (const absl::Time until = absl::Now() + absl::Seconds(5); absl::Now() < until;) {
      if (condition(latest_.get())) return latest_.get();
    }
    ADD_FAILURE() << "not seen in time: " << latest_.get().ShortDebugString();
    return {};
  }
  static Outcome registered(bool value) {
    phone::signaling::v1::SignalingState state;
    state.set_registered(value);
    return {absl::OkStatus(), state};
  }

  phone::mesh::Latest<PhoneStatus> latest_;
  Questions questions_;
  caf::actor_system system_{config()};
  StatusActor actor_ = spawn_status(system_, questions_.ask(), latest_, std::chrono::hours(1));
};

TEST_F(PictureActorTest, NothingIsPublishedBeforeEverybodyWasAsked) {
  caf::anon_send(actor_, FactUpdated{Source::kMedia, phone::media::v1::StreamFacts()});
  for (const Source source : {Source::kTrustStore, Source::kCertificateManager, Source::kPolicy, Source::kNetworkAccess,
                              Source::kSignaling}) {
    questions_.answer(source, {});
  }
  EXPECT_EQ(latest_.get().version(), 0U);
  questions_.answer(Source::kMedia, {absl::UnavailableError("")});
  EXPECT_THAT(wait_for([](const auto& now) { return now.version() > 0; }).unreachable(), ElementsAre("media"));
}

TEST_F(PictureActorTest, AnswerThatAStreamHasOvertakenDoesNotSetTheClockBack) {
  questions_.answer_all({});
  wait_for([](const auto& now) { return now.version() > 0; });
  caf::anon_send(actor_, PollRequested{});
  phone::signaling::v1::SignalingState state;
  state.set_registered(true);
  questions_.answer(Source::kTrustStore, {});  // the round has begun
  caf::anon_send(actor_, FactUpdated{Source::kSignaling, state});
  questions_.answer(Source::kSignaling, registered(false));
  for (const Source source : {Source::kCertificateManager, Source::kPolicy, Source::kNetworkAccess, Source::kMedia}) {
    questions_.answer(source, {});
  }
  caf::scoped_actor self{system_};
  const auto now = wait_for([](const auto& status) { return status.signaling().registered(); });
  EXPECT_THAT(now.unreachable(), IsEmpty());
}

TEST_F(PictureActorTest, AskedForStatusWaitsForItsOwnRound) {
  questions_.answer_all({});
  wait_for([](const auto& now) { return now.version() > 0; });
  caf::scoped_actor self{system_};
  auto asked = self->request(actor_, std::chrono::seconds(5), GetStatusNow{});
  for (const Source source : kSources) {
    questions_.answer(source, source == Source::kSignaling ? registered(true) : Outcome{});
  }
  asked.receive([](const PhoneStatus& status) { EXPECT_TRUE(status.signaling().registered()); },
                [&](const caf::error& error) { FAIL() << system_.render(error); });
}

TEST_F(PictureActorTest, AnyNumberOfReasonsToLookIsOneMoreLook) {
  for (int i = 0; i < 100; ++i) caf::anon_send(actor_, PollRequested{});
  questions_.answer_all({});  // the first round
  questions_.answer_all({});  // and one for all hundred
  wait_for([](const auto& now) { return now.version() > 0; });
}

}  // namespace
}  // namespace phone::gateway
