// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The owner of the user agent: policy, connections, media and people talk to it from threads of their own.
#include "services/signaling/ua/agent_actor.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

namespace phone::signaling {
namespace {

// Writes down what the agent asks of the rest of the process; only the actor's thread comes here.
class QuietUserAgentPort final : public UserAgentPort {
 public:
  void open_flow(FlowId flow, const Target&) override { opened = flow; }
  void close_flow(FlowId) override {}
  void report_identity_use(FlowId, const IdentityUse&) override {}
  void report_date(const std::string&, std::chrono::sys_seconds) override {}
  void send(FlowId, std::string bytes) override {
    if (bytes.starts_with("REGISTER ")) ++registers;
  }
  void open_stream(const std::string&, const std::string&) override {}
  void configure_stream(const StreamSetting&, Done) override {}
  void resolve(const std::string&, Resolved) override {}
  void close_stream(const std::string&) override {}
  void select_transducer(AutoAnswer) override {}
  void save_history(std::string) override {}
  void save_hook(bool) override {}
  void save_told(std::string) override {}
  void send_digits(const std::string&, const crypto::Secret&, std::function<void(const absl::Status&)>) override {}
  void play_tone(Tone, const std::string&) override {}
  void report(std::string, Severity, std::string, Detail) override {}
  void save(std::string) override {}
  void save_alarm(std::string) override {}
  void fetch_configuration(const std::string&, Fetched) override {}
  void exchange_token(const TokenRequest&, Exchanged) override {}
  void save_authorization(const crypto::Secret&) override {}
  std::string random_bytes(size_t count) override { return std::string(count, '\x5a'); }
  std::chrono::system_clock::time_point wall() override { return std::chrono::system_clock::now(); }

  std::atomic<FlowId> opened = 0;
  std::atomic<int> registers = 0;
};

template <class Condition>
bool soon(Condition condition) {
  for (int i = 0; i < 1000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return condition();
}

Settings settings() {
  Settings made;
  made.complete = true;
  made.device_name = "SEP0A1B2C3D4E5F";
  made.targets = {{.name = "cucm", .address = "192.0.2.1", .port = 5060, .tls = false}};
  made.directory_number = "1001";
  made.codecs = {"PCMU"};
  return made;
}

TEST(SignalingActor, NewsAndOrdersFromManyThreadsMeetOneUserAgent) {
  QuietUserAgentPort world;
  std::atomic<int> published = 0, refused = 0;
  {
    caf::actor_system_config config;
    config.set("scheduler.policy", caf::atom("sharing"));
    config.set("scheduler.max-threads", std::size_t{2});
    caf::actor_system system(config);
    AgentActor agent = spawn_agent(system, world, [&](const StateView&) { ++published; });
    caf::anon_send(agent, PolicyChanged{settings()});
    ASSERT_TRUE(soon([&] { return world.opened != 0; }));
    caf::anon_send(agent, FlowUp{.flow = world.opened, .facts = {.local_address = "192.0.2.7:40000"}});
    EXPECT_TRUE(soon([&] { return world.registers > 0; }));

    std::vector<std::thread> threads;
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        caf::anon_send(agent, MessageReceived{.flow = world.opened, .bytes = "no SIP at all"});
      }
    });
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        caf::anon_send(agent, StreamsReported{.incarnation = std::to_string(i), .reports = {}});
      }
    });
    threads.emplace_back([&] {
      caf::scoped_actor self(system);
      for (int i = 0; i < 20; ++i) {
        self->request(agent, std::chrono::seconds(20), DialRequest{"1002"})
            .receive([](const CallView&) {}, [&](const caf::error&) { ++refused; });
      }
    });
    for (auto& thread : threads) thread.join();
    caf::anon_send_exit(agent, caf::exit_reason::user_shutdown);
  }
  EXPECT_EQ(refused, 20) << "nobody calls while the registration is not answered";
  EXPECT_GT(published, 0);
}

}  // namespace
}  // namespace phone::signaling
