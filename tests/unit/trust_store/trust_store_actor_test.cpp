// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The trust store as an actor: questions from many threads, TVS answering from one of its own.
#include "services/trust_store/trust_store_actor.hpp"

#include <gtest/gtest.h>

#include <caf/all.hpp>

#include <atomic>
#include <thread>

#include "common/mesh/actor/actor_error.hpp"
#include "tests/unit/trust_store/state_fixture.hpp"
#include "tests/unit/trust_store/worst_list.hpp"

namespace phone::trust {
namespace {

OpenStorage storage_in(const std::filesystem::path& directory) {
  return [directory] { return std::make_unique<FlashStorage>(directory, directory); };
}

TEST(TrustActor, QuestionsFromManyThreadsAreEachAnsweredOnceWhileTvsTakesItsTime) {
  NEEDS_SAMPLES();
  const auto directory = std::filesystem::temp_directory_path() / ("phone-trust-actor-" + std::to_string(getpid()));
  std::filesystem::create_directories(directory);
  std::atomic<int> asked = 0, answered = 0, notices = 0;
  {
    caf::actor_system_config config;
    config.set("scheduler.policy", caf::atom("sharing"));
    config.set("scheduler.max-threads", std::size_t{2});
    caf::actor_system system(config);
    std::vector<std::thread> servers;
    std::mutex mutex;
    auto actor = system.spawn(
        &trust_store_actor, storage_in(directory), AskTvs([&](TvsJob, std::function<void(TvsAnswer)> done) {
          ++asked;
          const std::lock_guard lock(mutex);
          servers.emplace_back([done = std::move(done)] { done({TvsVerdict::kNo, std::nullopt, {}, "unknown here"}); });
        }),
        std::function<void(Notice)>([&](const Notice&) { ++notices; }),
        std::function<void(const InstalledLists&)>([](const InstalledLists&) {}));
    {
      caf::scoped_actor self(system);
      self->request(actor, std::chrono::seconds(20),
                    OfferListsRequest{{{ListKind::kItl, Phone::sample("itl/ITLSEP0A1B2C3D4E5F.tlv"), "server"}}})
          .receive([](const OfferResult&) {}, [](const caf::error&) { ADD_FAILURE() << "no answer"; });
    }
    const std::string stranger = Phone::certificate("token2").der();
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 3; ++caller) {
      callers.emplace_back([&] {
        caf::scoped_actor self(system);
        const auto failed = [](const caf::error&) { ADD_FAILURE() << "no answer"; };
        for (int i = 0; i < 5; ++i) {
          PeerClaim claim;
          claim.leaf_der = stranger;
          self->request(actor, std::chrono::seconds(20), std::move(claim))
              .receive([&](const PeerResult&) { ++answered; }, failed);
          self->request(actor, std::chrono::seconds(20), ShowListsRequest{})
              .receive([&](const Shown&) { ++answered; }, failed);
          self->request(actor, std::chrono::seconds(20), ShowDecisionsRequest{"", 10})
              .receive([&](const DecisionList&) { ++answered; }, failed);
        }
      });
    }
    for (auto& caller : callers) caller.join();
    for (auto& server : servers) server.join();
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  }
  EXPECT_EQ(answered, 3 * 5 * 3);
  EXPECT_GT(asked, 0) << "a stranger is a question for TVS";
  std::filesystem::remove_all(directory);
}

// The trust store and a system of its own, with nobody to ask.
class Busy : public testing::Test {
 protected:
  void SetUp() override { NEEDS_SAMPLES(); }
  void TearDown() override { caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown); }

  tests::TemporaryDirectory directory_;
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  TrustStoreActor actor_ = system_.spawn(&trust_store_actor, storage_in(directory_),
                                         AskTvs([](TvsJob, const std::function<void(TvsAnswer)>& done) {
                                           done({TvsVerdict::kNo, std::nullopt, {}, "unknown here"});
                                         }),
                                         std::function<void(Notice)>([](const Notice&) {}),
                                         std::function<void(const InstalledLists&)>([](const InstalledLists&) {}));
};

// Each list is believed and each of its thousand certificates read: what a call manager, or whoever plays one at first
// use, can ask of a phone.
TEST_F(Busy, EverybodyElseIsAnsweredWhileTheDearestListsAreJudged) {
  const WorstList list{.certificates = many_certificates()};
  std::vector<std::string> lists;
  for (std::uint32_t i = 0; i < 4; ++i) {
    WorstList other = list;
    other.timestamp = 1'700'000'000 + i;
    lists.push_back(other.make());
  }
  std::atomic<int> judged = 0;
  std::thread offers([&] {
    caf::scoped_actor self(system_);
    for (const std::string& each : lists) {
      self->send(actor_, OfferListsRequest{{{ListKind::kItl, each, "server"}}});
    }
    for (std::size_t i = 0; i < lists.size(); ++i) {
      self->receive(
          [&](const OfferResult& result) {
            EXPECT_TRUE(result.verdicts[0].accepted) << result.verdicts[0].reason;
            ++judged;
          },
          [](const caf::error&) { ADD_FAILURE() << "a list was not judged"; });
    }
  });
  // Round after round while they are judged: a trust store that judges where it answers would give one between two
  // lists.
  int rounds = 0;
  {
    caf::scoped_actor self(system_);
    const auto failed = [](const caf::error& error) { ADD_FAILURE() << mesh::to_status(error); };
    while (judged < static_cast<int>(lists.size())) {
      PeerClaim claim;
      claim.leaf_der = many_certificates()[7];
      claim.role = Role::kTftp;
      self->request(actor_, std::chrono::seconds(60), std::move(claim)).receive([](const PeerResult&) {}, failed);
      self->request(actor_, std::chrono::seconds(60), ShowListsRequest{}).receive([](const Shown&) {}, failed);
      self->request(actor_, std::chrono::seconds(60), ShowDecisionsRequest{"", 10})
          .receive([](const DecisionList&) {}, failed);
      ++rounds;
    }
  }
  offers.join();
  EXPECT_GT(rounds, 12);
}

TEST_F(Busy, MorePreviewsThanAFewAreRefusedByNameAndTheNextOneIsTaken) {
  const std::string worst = WorstList{.certificates = many_certificates()}.make();
  caf::scoped_actor self(system_);
  for (int i = 0; i < 8; ++i) self->send(actor_, PreviewListRequest{worst});
  int previewed = 0, refused = 0;
  for (int i = 0; i < 8; ++i) {
    self->receive(
        [&](const PreviewResult& result) {
          EXPECT_TRUE(result.verdict.trusted) << result.verdict.reason;
          ++previewed;
        },
        [&](caf::error& error) {
          const absl::Status status = mesh::to_status(error);
          EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
          EXPECT_EQ(status.message(), "2 previews of trust lists are already in progress, the most allowed");
          ++refused;
        });
  }
  EXPECT_GE(previewed, 2);
  EXPECT_GE(refused, 1);
  self->request(actor_, std::chrono::seconds(60), PreviewListRequest{worst})
      .receive([](const PreviewResult& result) { EXPECT_TRUE(result.verdict.trusted); },
               [](const caf::error&) { ADD_FAILURE() << "a place is not given back"; });
}

}  // namespace
}  // namespace phone::trust
