// The keeper as an actor: questions from many threads, TVS answering from one of its own.
#include "services/trust_store/trust_actor.hpp"

#include <gtest/gtest.h>

#include <caf/all.hpp>

#include <atomic>
#include <thread>

#include "tests/unit/trust_store/keeper_fixture.hpp"

namespace phone::trust {
namespace {

TEST(TrustActor, QuestionsFromManyThreadsAreEachAnsweredOnceWhileTvsTakesItsTime) {
  NEEDS_SAMPLES();
  const auto folder = std::filesystem::temp_directory_path() / ("phone-trust-actor-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::atomic<int> asked = 0, answered = 0, notices = 0;
  {
    caf::actor_system_config config;
    config.set("scheduler.policy", caf::atom("sharing"));
    config.set("scheduler.max-threads", std::size_t{2});
    caf::actor_system system(config);
    std::vector<std::thread> servers;
    std::mutex mutex;
    auto actor = system.spawn(&trust_keeper, folder, AskTvs([&](TvsJob, std::function<void(TvsWord)> done) {
      ++asked;
      const std::lock_guard lock(mutex);
      servers.emplace_back([done = std::move(done)] { done({TvsSays::kNo, std::nullopt, {}, "unknown here"}); });
    }),
                              std::function<void(Notice)>([&](const Notice&) { ++notices; }), folder);
    {
      caf::scoped_actor self(system);
      self->request(actor, std::chrono::seconds(20),
                    OfferLists{{{ListKind::kItl, Phone::sample("itl/ITLSEP0A1B2C3D4E5F.tlv"), "server"}}})
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
          self->request(actor, std::chrono::seconds(20), ShowLists{})
              .receive([&](const Shown&) { ++answered; }, failed);
          self->request(actor, std::chrono::seconds(20), ShowDecisions{"", 10})
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
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace phone::trust
