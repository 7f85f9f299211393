// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F27: five call managers and an SRST router under virtual time (cisco-formats.md G2, cucm-calls.md 10).
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/unit/signaling/fake_user_agent_port.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

enum class How : uint8_t {
  kAnswers,
  kClosed,  // connections end, new ones are refused at once
  kDead,    // connections are lost, new ones run into their time of 8 s
  kMute,    // takes connections and answers nothing
};

// The servers of a phone, each as it is told to be; virtual time moves from deadline to deadline.
class Servers {
 public:
  explicit Servers(size_t managers, size_t routers, bool unusable = false) : agent(world) {
    settings = test_settings(managers);
    settings.connection_monitor = seconds(60);
    for (size_t i = 0; i < routers; ++i)
      settings.targets.push_back({.name = "router",
                                  .address = cat("srst", i + 1),
                                  .srst = true,
                                  .unusable = unusable ? "not used: no certificate" : ""});
    how.assign(settings.targets.size(), How::kAnswers);
    bound.assign(settings.targets.size(), false);
  }

  FakeUserAgentPort world;
  UserAgent agent;
  Settings settings;
  TimePoint now{seconds(1000)};
  std::vector<How> how;
  std::vector<bool> bound;                   // the server has the phone's registration
  std::vector<std::string> reasons;          // of registrations, unregistrations
  std::map<std::string, int> token_answers;  // of requests to return: 486 so often
  std::vector<std::pair<size_t, Message>> asked;
  size_t most_bound = 0, steps = 0;

  void start() {
    agent.configure(settings, now);
    pass(seconds(2));
  }
  // What was connected to it ends, as it would.
  void becomes(size_t server, How now_is) {
    how[server] = now_is;
    if (now_is == How::kAnswers || now_is == How::kMute) return;
    bound[server] = false;
    for (auto it = standing_.begin(); it != standing_.end();) {
      if (it->second != server) {
        ++it;
        continue;
      }
      const FlowId flow = it->first;
      it = standing_.erase(it);
      agent.flow_down({.flow = flow, .reason = "the server closed the connection"}, now);
    }
    settle();
  }
  void pass(Milliseconds time) {
    const TimePoint end = now + time;
    settle();
    for (;; ++steps) {
      ASSERT_LT(steps, 200'000u) << "time does not move on";
      std::optional<TimePoint> due = agent.deadline();
      for (const auto& [at, flow] : connecting_) {
        if (!due.has_value() || at < *due) due = at;
      }
      if (!due.has_value() || *due > end) break;
      now = std::max(now + Milliseconds(1), *due);
      std::vector<FlowId> over;
      std::erase_if(connecting_, [&](const auto& one) {
        if (one.first > now) return false;
        over.push_back(one.second);
        return true;
      });
      for (FlowId flow : over) agent.flow_down({.flow = flow, .reason = "timed out"}, now);
      agent.on_time(now);
      settle();
    }
    now = end;
    agent.on_time(now);
    settle();
  }
  std::optional<size_t> active() {
    std::optional<size_t> found;
    const auto views = agent.view().registrations;
    for (size_t i = 0; i < views.size(); ++i) {
      if (!views[i].active) continue;
      EXPECT_FALSE(found.has_value()) << "two are active at once";
      found = i;
    }
    return found;
  }
  // How long it takes until this server has the phone; negative: it does not.
  double seconds_until(size_t server, seconds patience) {
    const TimePoint from = now;
    while (now < from + patience) {
      if (active() == server) return std::chrono::duration<double>(now - from).count();
      pass(Milliseconds(50));
    }
    return -1;
  }
  size_t opened_to(const std::string& address) const {
    return static_cast<size_t>(std::count_if(world.opened.begin(), world.opened.end(),
                                             [&](const auto& one) { return one.second.address == address; }));
  }

 private:
  size_t index_of(const Target& target) const {
    const auto& all = settings.targets;
    return static_cast<size_t>(std::find(all.begin(), all.end(), target) - all.begin());
  }
  void connect(FlowId flow, size_t server) {
    if (how[server] == How::kDead) return connecting_.push_back({now + seconds(8), flow});
    if (how[server] == How::kClosed) return agent.flow_down({.flow = flow, .reason = "connection refused"}, now);
    standing_[flow] = server;
    agent.flow_up(flow, test_facts(), now);
  }
  void serve(FlowId flow, const Message& request) {
    const auto found = standing_.find(flow);
    if (found == standing_.end()) return;
    const size_t server = found->second;
    asked.push_back({server, request});
    if (how[server] == How::kMute || request.method == "ACK") return;
    const bool router = settings.targets[server].srst;
    const std::string reason = request.field("Reason").value_or("");
    if (request.method == "REFER" && token_answers[settings.targets[server].address]-- > 0)
      return agent.flow_message(flow, answer_to(request, 486, {{"Retry-After", "5"}}), now);
    if (request.method != "REGISTER") return agent.flow_message(flow, answer_to(request, router ? 501 : 202), now);
    const bool keepalive = request.field("Contact").value().find("cisco-keep-alive") != std::string::npos;
    if (!keepalive) {
      bound[server] = request.field("Expires") != "0";
      if (!reason.empty())
        reasons.push_back(cat(settings.targets[server].address, bound[server] ? " + " : " - ", reason));
    }
    most_bound = std::max(most_bound, static_cast<size_t>(std::count(bound.begin(), bound.end(), true)));
    if (router) return agent.flow_message(flow, answer_to(request, 200, {{"Expires", "600"}}), now);
    agent.flow_message(
        flow,
        answer_to(request, 200, {{"Expires", "120"}, {"Content-Type", "application/x-cisco-remotecc-response+xml"}},
                  "<x-cisco-remotecc-response/>"),
        now);
  }
  void settle() {
    for (bool moved = true; moved;) {
      moved = false;
      for (; closed_ < world.closed.size(); ++closed_, moved = true) {
        standing_.erase(world.closed[closed_]);
        std::erase_if(connecting_, [&](const auto& one) { return one.second == world.closed[closed_]; });
      }
      for (; opened_ < world.opened.size(); moved = true) {
        const auto [flow, target] = world.opened[opened_++];
        connect(flow, index_of(target));
      }
      for (Message sent = world.next(); !sent.method.empty() || sent.status != 0; sent = world.next(), moved = true) {
        if (sent.is_request) serve(world.last_flow, sent);
      }
    }
    (void)active();
  }

  std::map<FlowId, size_t> standing_;
  std::vector<std::pair<TimePoint, FlowId>> connecting_;
  size_t opened_ = 0, closed_ = 0;
};

struct Row {
  const char* name;
  How ends;
  double within;  // seconds of virtual time from the loss to the next registration
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

class F27_Survival_Table : public ::testing::TestWithParam<Row> {};

// A mute server is known to be one when its REGISTER has had no answer for 64 T1 = 32 s, after at most the 108 s that a
// registration of 120 s is left alone.
INSTANTIATE_TEST_SUITE_P(Ends, F27_Survival_Table,
                         ::testing::Values(Row{"closed", How::kClosed, 2}, Row{"dead", How::kDead, 2},
                                           Row{"mute", How::kMute, 115 + 32 + 2}),
                         [](const auto& row) { return row.param.name; });

TEST_P(F27_Survival_Table, FiveCallManagersInOrderThenTheRouter) {
  Servers phone(5, 1);
  phone.start();
  ASSERT_EQ(phone.active(), 0u);
  for (size_t gone = 0; gone < 4; ++gone) {
    phone.becomes(gone, GetParam().ends);
    const double took = phone.seconds_until(gone + 1, seconds(300));
    EXPECT_GE(took, 0) << "server " << gone + 2 << " did not get the phone";
    EXPECT_LE(took, GetParam().within) << "of server " << gone + 2;
    EXPECT_EQ(phone.opened_to("srst1"), 0u) << "a call manager is left";
  }
  phone.becomes(4, GetParam().ends);
  const double took = phone.seconds_until(5, seconds(300));
  EXPECT_GE(took, 0) << "the router did not get the phone";
  EXPECT_LE(took, GetParam().within + 25) << "after two attempts, or 8 s, of every call manager";
  EXPECT_EQ(phone.agent.view().display_text, "CM Fallback Service Operating");
  EXPECT_NE(phone.agent.view().registrations.at(5).limited.find("do not disturb"), std::string::npos);
  EXPECT_EQ(phone.agent.view().registrations.at(0).limited, "");
}

TEST_P(F27_Survival_Table, TheRouterIsTheLastOfTwoAndBothAreAskedInOrder) {
  Servers phone(1, 2);
  phone.start();
  phone.becomes(0, GetParam().ends);
  EXPECT_GE(phone.seconds_until(1, seconds(300)), 0);
  phone.becomes(1, How::kClosed);
  EXPECT_GE(phone.seconds_until(2, seconds(60)), 0);
}

class F27_Survival : public ::testing::Test {
 protected:
  void fall_back() {
    phone.start();
    phone.becomes(0, How::kClosed);
    phone.becomes(1, How::kClosed);
    ASSERT_GE(phone.seconds_until(2, seconds(60)), 0);
    phone.reasons.clear();
    phone.asked.clear();
  }
  size_t tokens_asked() const {
    return static_cast<size_t>(std::count_if(phone.asked.begin(), phone.asked.end(),
                                             [](const auto& one) { return one.second.method == "REFER"; }));
  }
  Servers phone{2, 1};
};

TEST_F(F27_Survival, BackByTokenWhenACallManagerHasStoodForLongEnough) {
  fall_back();
  phone.becomes(1, How::kAnswers);
  phone.pass(seconds(59));
  EXPECT_EQ(phone.active(), 2u) << "not at once: connectionMonitorDuration";
  EXPECT_EQ(tokens_asked(), 0u);
  // It was being tried again every few seconds.
  ASSERT_GE(phone.seconds_until(1, seconds(40)), 0);
  EXPECT_EQ(tokens_asked(), 1u);
  phone.pass(seconds(2));
  EXPECT_FALSE(phone.bound[2]) << "the router was told";
  ASSERT_EQ(phone.reasons.size(), 2u);
  EXPECT_NE(phone.reasons[0].find("srst1 - "), std::string::npos) << phone.reasons[0];
  EXPECT_NE(phone.reasons[0].find("cisco-alarm:18 "), std::string::npos) << phone.reasons[0];
  EXPECT_NE(phone.reasons[1].find("cucm2 + "), std::string::npos) << phone.reasons[1];
  EXPECT_NE(phone.reasons[1].find("Last=fallback"), std::string::npos) << phone.reasons[1];
  EXPECT_EQ(phone.agent.view().display_text, "");
  const auto router = phone.agent.view().registrations.at(2);
  EXPECT_EQ(router.state, RegistrationState::kDown) << "no connection is kept to a router";
  EXPECT_EQ(router.reason, "");
  const size_t opened = phone.opened_to("srst1");
  phone.pass(seconds(600));
  EXPECT_EQ(phone.opened_to("srst1"), opened);
}

TEST_F(F27_Survival, ACallManagerThatIsNotReadySaysWhenToAskAgain) {
  fall_back();
  phone.token_answers["cucm1"] = 2;
  phone.becomes(0, How::kAnswers);
  while (tokens_asked() == 0) phone.pass(seconds(1));
  phone.pass(seconds(6));
  EXPECT_EQ(tokens_asked(), 2u) << "Retry-After: 5";
  phone.pass(seconds(11));
  EXPECT_EQ(tokens_asked(), 3u);
  EXPECT_EQ(phone.active(), 0u);
}

TEST_F(F27_Survival, ACallDelaysTheReturn) {
  fall_back();
  ASSERT_TRUE(phone.agent.dial("1002", phone.now).ok());
  phone.becomes(0, How::kAnswers);
  phone.pass(seconds(90));
  EXPECT_EQ(phone.active(), 2u);
  EXPECT_EQ(tokens_asked(), 0u);
  const auto calls = phone.agent.view().calls;
  ASSERT_TRUE(phone.agent.hang_up(calls.front().call, phone.now).ok());
  EXPECT_GE(phone.seconds_until(0, seconds(5)), 0) << "as soon as the phone is idle";
}

TEST_F(F27_Survival, ARouterGetsPlainRegistrationsOnly) {
  fall_back();
  phone.pass(seconds(1500));
  size_t registers = 0;
  for (const auto& [server, request] : phone.asked) {
    if (server != 2) continue;
    EXPECT_EQ(request.method, "REGISTER");
    EXPECT_EQ(request.field("Contact").value().find("cisco-keep-alive"), std::string::npos);
    ++registers;
  }
  EXPECT_GE(registers, 2u) << "renewed in its own time";
}

TEST_F(F27_Survival, TheNextRegistrationSaysWhatHappenedToTheOneBefore) {
  phone.start();
  phone.reasons.clear();
  phone.becomes(0, How::kClosed);
  ASSERT_GE(phone.seconds_until(1, seconds(10)), 0);
  ASSERT_EQ(phone.reasons.size(), 1u);
  EXPECT_NE(phone.reasons[0].find("cisco-alarm:14 "), std::string::npos) << phone.reasons[0];
  phone.becomes(1, How::kMute);
  ASSERT_GE(phone.seconds_until(2, seconds(300)), 0);
  EXPECT_NE(phone.reasons.back().find("Last=reg-timeout"), std::string::npos) << phone.reasons.back();
}

TEST_F(F27_Survival, FeaturesOfACallManagerAreRefusedByName) {
  fall_back();
  absl::Status said;
  phone.agent.set_do_not_disturb(
      true, [&](const absl::Status& status) { said = status; }, phone.now);
  EXPECT_NE(said.message().find("CM Fallback Service Operating"), std::string::npos) << said;
}

TEST(F27_Router, ThatCannotBeUsedIsNamedAndNeverConnectedTo) {
  Servers phone(1, 1, true);
  phone.start();
  phone.becomes(0, How::kClosed);
  phone.pass(seconds(120));
  EXPECT_EQ(phone.opened_to("srst1"), 0u);
  const auto router = phone.agent.view().registrations.at(1);
  EXPECT_EQ(router.state, RegistrationState::kRefused);
  EXPECT_EQ(router.reason, "not used: no certificate");
  phone.becomes(0, How::kAnswers);
  EXPECT_GE(phone.seconds_until(0, seconds(40)), 0);
}

// A hundred minutes of servers that come and go: the phone is never with two, and comes back each time.
TEST(F27_Servers, ThatComeAndGoNeverHaveThePhoneTogether) {
  Servers phone(5, 1);
  phone.start();
  uint32_t dice = 12345;
  for (int i = 0; i < 300; ++i) {
    dice = dice * 1664525u + 1013904223u;
    const size_t server = (dice >> 8) % 6;
    phone.becomes(server, static_cast<How>((dice >> 16) % 4));
    phone.pass(seconds((dice >> 20) % 40));
  }
  for (size_t i = 0; i < 6; ++i) phone.becomes(i, How::kAnswers);
  EXPECT_GE(phone.seconds_until(0, seconds(600)), 0);
  phone.pass(seconds(5));
  EXPECT_EQ(std::count(phone.bound.begin(), phone.bound.end(), true), 1);
}

}  // namespace
}  // namespace phone::signaling
