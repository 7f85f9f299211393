// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// No server makes the phone send faster than a floor: every final status, with every header field that tempts to ask
// again at once, answered for ever and without delay.
#include <gtest/gtest.h>

#include "services/signaling/registration/registration_rules.hpp"
#include "services/signaling/sdp/sdp.hpp"
#include "tests/unit/signaling/server_of_tests.hpp"

namespace phone::signaling {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr bool relaxed() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}

// Never the same challenge, and whatever else makes a client try again.
std::string tempting(const Message& request, int status, int nth) {
  const uint64_t asked = phone::signaling::number(request.field("Expires").value_or("")).value_or(0);
  return answer_to(request, status,
                   {challenge_with(cat("nonce-", nth), true),
                    challenge_with(cat("proxy-", nth), true, true),
                    {"Retry-After", "0"},
                    {"Min-Expires", cat(asked + 1)},
                    {"Min-SE", "1"},
                    {"Session-Expires", "1"},
                    {"Expires", "1"},
                    {"Contact", "<sip:2222@192.0.2.1:5061;transport=tls>;expires=1"},
                    {"Unsupported", "norefersub"}});
}

// What one request is answered with for ever, while all others are served.
class Endless : public testing::Test {
 protected:
  std::vector<std::string> serve(const Message& request) {
    if (request.method == method && (!once_first || ++seen > 1)) return {tempting(request, status, ++number)};
    if (request.method == "REGISTER") return {answer_to(request, 200, {{"Expires", "120"}})};
    if (request.method == "INVITE") return {far_answer(request)};
    return {answer_to(request, request.method == "REFER" ? 202 : 200)};
  }
  // All methods of interest for all statuses; each with a phone of its own.
  template <class Play>
  void for_every_status(Play play) {
    for (status = 300; status < 700; ++status) {
      if (relaxed() && status % 100 > 30 && status % 100 < 80) continue;  // unassigned but for a few
      SCOPED_TRACE(status);
      number = seen = 0;
      ServedPhone phone([this](FlowId, const Message& request) { return serve(request); });
      play(phone);
      if (HasFailure()) return;
    }
  }
  static void call(ServedPhone& phone) {
    ASSERT_TRUE(phone.agent.dial("1002", phone.now).ok());
    phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
    ASSERT_TRUE(phone.settle());
  }

  std::string method;
  bool once_first = false;  // the first is served
  int status = 0, number = 0, seen = 0;
};

TEST_F(Endless, NoAnswerToRegisterIsAskedForFasterThanTheFloor) {
  method = "REGISTER";
  for_every_status([](ServedPhone& phone) {
    phone.agent.configure(with_password(), phone.now);
    ASSERT_TRUE(phone.pass(minutes(1)));
    EXPECT_LE(phone.asked_within(minutes(1)), 25u) << "the first minute";
    EXPECT_GE(phone.asked_within(minutes(1)), 1u);
    ASSERT_TRUE(phone.pass(minutes(10)));
    EXPECT_LE(phone.asked_within(minutes(5)), 5u * 10) << "and later";
    EXPECT_FALSE(phone.agent.view().registered);
  });
}

TEST_F(Endless, ARefusedRefreshIsNoFaster) {
  method = "REGISTER";
  once_first = true;
  for_every_status([](ServedPhone& phone) {
    phone.agent.configure(with_password(), phone.now);
    ASSERT_TRUE(phone.pass(minutes(11)));
    EXPECT_LE(phone.asked_within(minutes(5)), 5u * 10);
  });
}

TEST_F(Endless, TwoServersAreNoFasterThanTwoTimesOne) {
  method = "REGISTER";
  for_every_status([](ServedPhone& phone) {
    Settings settings = with_password();
    settings.targets.push_back({"cucm2", "192.0.2.2", 5061, true, false, false});
    phone.agent.configure(settings, phone.now);
    ASSERT_TRUE(phone.pass(minutes(6)));
    EXPECT_LE(phone.asked_within(minutes(5)), 2u * 5 * 12);
  });
}

TEST_F(Endless, AnAlarmIsSentOnceForEachAttempt) {
  method = "REFER";
  for_every_status([](ServedPhone& phone) {
    Settings settings = with_password();
    settings.alarms = {{1, 4, "Not Installed", "N/A", "1B A1 ", "192.0.2.1"}};
    phone.agent.configure(settings, phone.now);
    ASSERT_TRUE(phone.pass(minutes(5)));
    EXPECT_LE(phone.asked_within(minutes(5), "REFER"), 1 + Requests::kMostChallenges);
    EXPECT_TRUE(phone.agent.view().registered);
  });
}

TEST_F(Endless, TheWayBackToABetterServerIsAskedForEveryTwoMinutes) {
  method = "REFER";
  for_every_status([](ServedPhone& phone) {
    Settings settings = with_password();
    settings.targets.push_back({"cucm2", "192.0.2.2", 5061, true, false, false});
    phone.agent.configure(settings, phone.now);
    ASSERT_TRUE(phone.settle());
    phone.connects = false;  // the first server goes away for a while
    phone.agent.flow_down({.flow = phone.world.opened.at(0).first, .reason = "reset"}, phone.now);
    ASSERT_TRUE(phone.pass(seconds(1)));
    phone.agent.flow_down({.flow = phone.world.opened.back().first, .reason = "refused"}, phone.now);
    phone.connects = true;
    ASSERT_TRUE(phone.pass(minutes(20)));
    EXPECT_GE(phone.asked_within(minutes(20), "REFER"), 1u);
    EXPECT_LE(phone.asked_within(minutes(10), "REFER"), 5u * (1 + Requests::kMostChallenges));
    EXPECT_LE(phone.asked_within(minutes(10)), 10u * 10);
  });
}

TEST_F(Endless, AnInviteIsSentAnewForChallengesAloneAndNotForEver) {
  method = "INVITE";
  for_every_status([this](ServedPhone& phone) {
    phone.agent.configure(with_password(), phone.now);
    ASSERT_TRUE(phone.settle());
    ASSERT_NO_FATAL_FAILURE(call(phone));
    EXPECT_EQ(phone.asked_within(minutes(1), "INVITE"),
              status == 401 || status == 407 ? 1 + Requests::kMostChallenges : 1u);
    ASSERT_TRUE(phone.pass(minutes(5)));
    EXPECT_EQ(phone.asked_within(minutes(4), "INVITE"), 0u);
    EXPECT_EQ(phone.agent.view().calls.at(0).state, CallState::kEnded);
    EXPECT_FALSE(phone.agent.view().calls.at(0).ended_by.empty());
  });
}

TEST_F(Endless, AByeIsSentAnewForChallengesAlone) {
  method = "BYE";
  for_every_status([this](ServedPhone& phone) {
    phone.agent.configure(with_password(), phone.now);
    ASSERT_TRUE(phone.settle());
    ASSERT_NO_FATAL_FAILURE(call(phone));
    ASSERT_TRUE(phone.agent.hang_up(phone.agent.view().calls.at(0).call, phone.now).ok());
    ASSERT_TRUE(phone.pass(minutes(5)));
    EXPECT_EQ(phone.asked_within(minutes(6), "BYE"),
              status == 401 || status == 407 ? 1 + Requests::kMostChallenges : 1u);
  });
}

// After a new connection the far end is told, by UPDATE or by re-INVITE.
TEST_F(Endless, TheNewsOfANewConnectionIsNotRepeatedWithoutEnd) {
  for (const char* one : {"UPDATE", "INVITE"}) {
    method = one;
    for_every_status([this](ServedPhone& phone) {
      phone.agent.configure(with_password(), phone.now);
      ASSERT_TRUE(phone.settle());
      const std::string refused = std::exchange(method, "");
      ASSERT_NO_FATAL_FAILURE(call(phone));
      ASSERT_EQ(phone.agent.view().calls.at(0).state, CallState::kEstablished);
      if (refused == "INVITE") {  // media has lost its keys: there must be an offer
        phone.agent.stream_facts("a", {}, phone.now);
        phone.agent.stream_facts("b", {}, phone.now);
      }
      ASSERT_TRUE(phone.pass(seconds(6)));
      method = refused;
      const size_t before = phone.asked.size();
      if (refused == "INVITE")
        phone.agent.stream_opened(phone.world.streams.back().first, 24100, phone.now);
      else
        phone.agent.flow_down({.flow = phone.world.opened.back().first, .reason = "reset"}, phone.now);
      ASSERT_TRUE(phone.pass(minutes(5)));
      EXPECT_GT(phone.asked.size(), before);
      EXPECT_GE(phone.asked_within(minutes(6), method), 1u);
      EXPECT_LE(phone.asked_within(minutes(6), method), 6u);
      EXPECT_EQ(phone.asked_within(minutes(2), method), 0u) << "and it ends";
    });
  }
}

// RFC 3261 section 10.2.8; what is no longer a time asks for nothing.
TEST(EndlessServers, A423IsFollowedToALongerTimeOfAtMostADay) {
  for (const auto& [least, raised] : std::vector<std::pair<std::string, bool>>{
           {"61", true}, {"86400", true}, {"86401", false}, {"60", false}, {"0", false}, {"", false}, {"x", false}}) {
    Message response;
    response.status = 423;
    response.add("Min-Expires", least);
    const auto outcome = judge_register(423, &response, seconds(60), "");
    EXPECT_EQ(std::holds_alternative<LongerExpiresAsked>(outcome), raised) << least;
    EXPECT_EQ(std::holds_alternative<RegistrationRefused>(outcome), !raised) << least;
    if (const auto* longer = std::get_if<LongerExpiresAsked>(&outcome)) {
      EXPECT_EQ(cat(longer->least.count()), least);
    }
  }
}

TEST(EndlessServers, AnAttemptRaisesItsTimeTwiceAndTheNextBeginsWithTheConfiguredOne) {
  std::vector<std::string> times;
  ServedPhone phone([&](FlowId, const Message& request) {
    times.push_back(request.field("Expires").value_or(""));
    return std::vector<std::string>{answer_to(request, 423, {{"Min-Expires", cat(times.back(), "0")}})};
  });
  Settings settings = test_settings();
  settings.expires = seconds(60);
  phone.agent.configure(settings, phone.now);
  ASSERT_TRUE(phone.settle());
  EXPECT_EQ(times, (std::vector<std::string>{"60", "600", "6000"}));
  ASSERT_TRUE(phone.pass(seconds(10)));
  ASSERT_GT(times.size(), 3u);
  EXPECT_EQ(times[3], "60");
}

TEST(EndlessServers, ATimeOfASecondIsNotTheirPace) {
  for (const char* time : {"1", "0", "2", "9"}) {
    SCOPED_TRACE(time);
    ServedPhone phone([&](FlowId, const Message& request) {
      return std::vector<std::string>{
          answer_to(request, 200,
                    {{"Expires", time}, {"Contact", cat(request.field("Contact").value_or(""), ";expires=", time)}})};
    });
    phone.agent.configure(test_settings(), phone.now);
    ASSERT_TRUE(phone.pass(minutes(10)));
    EXPECT_LE(phone.asked_within(minutes(5)), 5u * 12);
    EXPECT_EQ(phone.agent.view().registered, *time != '0') << "a registration for no time is none";
  }
}

// Accepted, perhaps registered, and then closed; at once or as late as a good connection is.
TEST(EndlessServers, AConnectionThatIsTakenAndClosedComesBackEverMoreRarely) {
  for (const Milliseconds after : {Milliseconds(0), Milliseconds(1), Milliseconds(4900), Milliseconds(5100)}) {
    for (const bool registers : {false, true}) {
      SCOPED_TRACE(cat(after.count(), " ms, ", registers ? "registered" : "silent"));
      ServedPhone phone([&](FlowId, const Message& request) {
        return registers ? std::vector<std::string>{answer_to(request, 200, {{"Expires", "120"}})}
                         : std::vector<std::string>{};
      });
      Settings settings = test_settings();
      settings.alarms = {{1, 4, "Not Installed", "N/A", "1B A1 ", "192.0.2.1"}};
      phone.agent.configure(settings, phone.now);
      size_t closed = 0;
      std::vector<size_t> opened;
      for (int minute = 0; minute < 6; ++minute) {
        const size_t before = phone.world.opened.size();
        for (const TimePoint end = phone.now + minutes(1); phone.now < end;) {
          ASSERT_TRUE(phone.pass(after));
          if (closed < phone.world.opened.size())
            phone.agent.flow_down({.flow = phone.world.opened[closed++].first, .reason = "closed"}, phone.now);
          ASSERT_TRUE(phone.pass(Milliseconds(10)));
        }
        opened.push_back(phone.world.opened.size() - before);
        EXPECT_LE(phone.asked_within(minutes(1)), 140u) << "an alarm and a REGISTER each";
      }
      EXPECT_LE(opened.front(), 70u);
      EXPECT_LE(opened.back(), 15u);
    }
  }
}

TEST(EndlessServers, AStreamOfAcceptingForksIsNotAnsweredWithoutEnd) {
  ServedPhone phone([](FlowId, const Message& request) {
    if (request.method == "INVITE") return std::vector<std::string>{far_answer(request)};
    return std::vector<std::string>{answer_to(request, 200, {{"Expires", "120"}})};
  });
  phone.agent.configure(test_settings(), phone.now);
  ASSERT_TRUE(phone.settle());
  ASSERT_TRUE(phone.agent.dial("1002", phone.now).ok());
  phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
  const Message invite = FakeUserAgentPort::read(phone.world.sent.back().second);
  ASSERT_EQ(invite.method, "INVITE");
  ASSERT_TRUE(phone.settle());
  for (int fork = 0; fork < 1000; ++fork) {
    Message other = make_response(invite, 200, "", cat("fork-", fork));
    other.add("Contact", "<sip:1002@192.0.2.1:5061;transport=tls>");
    phone.agent.flow_message(phone.world.opened.back().first, write(other), phone.now);
  }
  ASSERT_TRUE(phone.settle());
  EXPECT_EQ(phone.asked_within(minutes(1), "BYE"), 8u);
  EXPECT_EQ(phone.agent.view().calls.at(0).state, CallState::kEstablished);
}

TEST(EndlessServers, ACallThatWasHungUpEndsThoughTheInviteIsNeverAnswered) {
  ServedPhone phone([](FlowId, const Message& request) {
    return std::vector<std::string>{request.method == "INVITE" ? answer_to(request, 180)
                                                               : answer_to(request, 200, {{"Expires", "120"}})};
  });
  phone.agent.configure(test_settings(), phone.now);
  ASSERT_TRUE(phone.settle());
  ASSERT_TRUE(phone.agent.dial("1002", phone.now).ok());
  phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
  ASSERT_TRUE(phone.settle());
  ASSERT_TRUE(phone.agent.hang_up(phone.agent.view().calls.at(0).call, phone.now).ok());
  ASSERT_TRUE(phone.pass(seconds(40)));
  EXPECT_EQ(phone.agent.view().calls.at(0).state, CallState::kEnded);
  EXPECT_EQ(phone.agent.view().calls.at(0).ended_by, "hung up here");
}

}  // namespace
}  // namespace phone::signaling
