// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the user does about a call that rings, with the handset and with speed dials, and what the phone does by itself
// after a while.
#include <gtest/gtest.h>

#include "tests/unit/signaling/call/hold_fixture.hpp"

namespace phone::signaling {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class F89_UserActs : public F89_OneActiveCall {
 protected:
  std::string rings() {
    receive(incoming(far_sdp("AEAD_AES_256_GCM", 1)));
    EXPECT_EQ(world.next().status, 100);
    agent.stream_opened(world.streams.back().first, 24002, now);
    EXPECT_EQ(world.next().status, 180);
    return agent.view().calls.back().call;
  }
  // The server is there, and the far end too, although it is silent.
  void answer_server() {
    while (!world.quiet()) {
      const Message message = world.next();
      if (message.is_request && (message.method == "OPTIONS" || message.method == "REGISTER"))
        receive(answer_to(message, 200, {{"Expires", "120"}}));
    }
  }
  void wait(milliseconds time) {
    const TimePoint until = now + time;
    agent.on_time(now);  // what the user has done may have made something due at once
    answer_server();
    while (agent.deadline().has_value() && *agent.deadline() <= until) {
      ASSERT_GT(*agent.deadline() + milliseconds(1), now) << "a deadline in the past comes again and again";
      now = std::max(now + milliseconds(1), *agent.deadline());
      agent.on_time(now);
      answer_server();
    }
    now = until;
  }
  void configure(const std::function<void(Settings&)>& change) {
    Settings settings = test_settings();
    settings.lines.resize(1);
    settings.lines[0].directory_number = settings.lines[0].auth_name = "2222";
    change(settings);
    agent.configure(settings, now);
  }
};

TEST_F(F89_UserActs, ADeclinedCallIsAnsweredBusySoThatItMayBeForwarded) {
  const std::string id = rings();
  const auto declined = agent.decline(id, now);
  ASSERT_TRUE(declined.ok());
  EXPECT_EQ(world.next().status, 486);
  EXPECT_EQ(declined->ended_by, "declined here");
  EXPECT_EQ(world.tones.back(), Tone::kNone);
  EXPECT_EQ(agent.decline(id, now).status().message(), "the call is not ringing");
  EXPECT_EQ(agent.decline("call-none", now).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(F89_UserActs, AnIgnoredCallRingsAtTheFarEndOnlyAndCanBeAnswered) {
  const std::string id = rings();
  EXPECT_EQ(world.tones.back(), Tone::kRinging);
  const auto ignored = agent.ignore(id, now);
  ASSERT_TRUE(ignored.ok());
  EXPECT_TRUE(ignored->ignored);
  EXPECT_EQ(ignored->state, CallState::kRingingIn);
  EXPECT_EQ(world.tones.back(), Tone::kNone);
  EXPECT_TRUE(world.quiet()) << "the caller is told nothing";
  ASSERT_TRUE(agent.answer(id, now).ok());
  EXPECT_EQ(world.next().status, 200);
  EXPECT_FALSE(call().ignored);
  EXPECT_EQ(agent.ignore(id, now).status().message(), "the call is not ringing");
}

TEST_F(F89_UserActs, LiftingTheHandsetAnswersAndPuttingItDownHangsUp) {
  const std::string id = rings();
  const HookView lifted = agent.set_hook(true, now);
  ASSERT_TRUE(lifted.call.has_value());
  EXPECT_EQ(lifted.call->call, id);
  EXPECT_EQ(world.next().status, 200);
  EXPECT_TRUE(agent.view().off_hook);
  EXPECT_TRUE(world.off_hook) << "kept for the next process";
  EXPECT_FALSE(agent.set_hook(true, now).call.has_value()) << "the same position again";
  const HookView down = agent.set_hook(false, now);
  ASSERT_TRUE(down.call.has_value());
  EXPECT_EQ(down.call->state, CallState::kEnded);
  EXPECT_EQ(world.next().method, "BYE");
  EXPECT_FALSE(world.off_hook);
}

TEST_F(F89_UserActs, LiftingTheHandsetTakesTheCallThatIsHeardBeforeAnIgnoredOne) {
  const std::string ignored = rings();
  ASSERT_TRUE(agent.ignore(ignored, now).ok());
  std::string later = incoming(far_sdp("AEAD_AES_256_GCM", 2));
  for (const auto& [from, to] : {std::pair("in@cucm1", "later@cucm1"), std::pair("z9hG4bKin", "z9hG4bKlater")})
    later.replace(later.find(from), std::string_view(from).size(), to);
  receive(later);
  agent.stream_opened(world.streams.back().first, 24004, now);
  const std::string heard = agent.view().calls.back().call;
  ASSERT_NE(heard, ignored);
  const HookView lifted = agent.set_hook(true, now);
  ASSERT_TRUE(lifted.call.has_value());
  EXPECT_EQ(lifted.call->call, heard);
}

TEST_F(F89_UserActs, TheHandsetOfTheProcessBeforeIsStillOffTheHook) {
  FakeUserAgentPort later;
  UserAgent again(later);
  again.restore_memory("", true);
  established();
  again.configure(test_settings(), now);
  again.restore(world.record, {}, now);
  EXPECT_TRUE(again.view().off_hook);
  const HookView down = again.set_hook(false, now);
  ASSERT_TRUE(down.call.has_value());
  EXPECT_EQ(down.call->state, CallState::kEnded);
}

TEST_F(F89_UserActs, ACallOnHoldOutlivesTheHandset) {
  established();
  agent.set_hook(true, now);
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  EXPECT_FALSE(agent.set_hook(false, now).call.has_value());
  EXPECT_EQ(call().state, CallState::kEstablished);
}

TEST_F(F89_UserActs, TheDialToneWaitsForANumberAndThenGivesUp) {
  configure([](Settings& settings) { settings.off_hook = milliseconds(7000); });
  agent.set_hook(true, now);
  EXPECT_EQ(world.tones.back(), Tone::kDial);
  wait(milliseconds(6999));
  EXPECT_EQ(world.tones.back(), Tone::kDial);
  wait(milliseconds(1));
  EXPECT_EQ(world.tones.back(), Tone::kReorder);
  agent.set_hook(false, now);
  agent.set_hook(true, now);
  EXPECT_EQ(world.tones.back(), Tone::kDial);
  ASSERT_TRUE(agent.dial("1002", now).ok());
  EXPECT_EQ(world.tones.back(), Tone::kNone);
  wait(milliseconds(8000));
  EXPECT_EQ(world.tones.back(), Tone::kNone);
}

TEST_F(F89_UserActs, TheUserIsRemindedOfACallOnHoldAgainAndAgain) {
  configure([](Settings& settings) {
    settings.hold_reversion = seconds(60);
    settings.hold_reversion_interval = seconds(40);
  });
  const Message invite = established();
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  agree(world.next(), "recvonly");
  wait(seconds(59));
  EXPECT_FALSE(call().hold_reverted);
  const size_t before = world.tones.size();
  wait(seconds(1));
  EXPECT_TRUE(call().hold_reverted);
  EXPECT_EQ(world.tones.back(), Tone::kCallWaiting);
  EXPECT_EQ(world.tone_streams.back(), "");
  EXPECT_EQ(world.tones.size(), before + 1);
  wait(seconds(39));
  EXPECT_EQ(world.tones.size(), before + 1);
  wait(seconds(1));
  EXPECT_EQ(world.tones.size(), before + 2);
  ASSERT_TRUE(agent.resume(call().call, now).ok());
  EXPECT_FALSE(call().hold_reverted);
  EXPECT_NE(std::find(world.tones.begin() + static_cast<long>(before) + 2, world.tones.end(), Tone::kNone),
            world.tones.end());
  agree(world.next(), "sendrecv");
  const size_t resumed = world.tones.size();
  wait(seconds(200));
  EXPECT_EQ(world.tones.size(), resumed);
}

TEST_F(F89_UserActs, WithoutASettingNobodyIsReminded) {
  established();
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  agree(world.next(), "recvonly");
  wait(seconds(4000));
  EXPECT_FALSE(call().hold_reverted);
}

TEST_F(F89_UserActs, ALineThatAnswersByItselfDoesSoWithItsDevice) {
  configure([](Settings& settings) {
    settings.lines[0].auto_answer = AutoAnswer::kHeadset;
    settings.auto_answer_after = seconds(3);
  });
  rings();
  wait(milliseconds(2999));
  EXPECT_EQ(call().state, CallState::kRingingIn);
  wait(milliseconds(1));
  EXPECT_EQ(call().state, CallState::kEstablished);
  ASSERT_EQ(world.devices.size(), 1u);
  EXPECT_EQ(world.devices[0], AutoAnswer::kHeadset);
}

TEST_F(F89_UserActs, NoLineAnswersByItselfWhileTheUserTalks) {
  configure([](Settings& settings) { settings.lines[0].auto_answer = AutoAnswer::kSpeaker; });
  established();
  second_rings();
  wait(seconds(30));
  EXPECT_EQ(view(1).state, CallState::kRingingIn);
  EXPECT_TRUE(view(0).has_user);
}

TEST_F(F89_UserActs, ASpeedDialSendsItsKeysAfterTheAnswer) {
  configure([](Settings& settings) { settings.speed_dials = {{"Help", "1002,,12#,9"}, {"Odd", "1003,x"}}; });
  ASSERT_TRUE(agent.dial(DialOrder{.speed_dial = 1}, now).ok());
  EXPECT_EQ(call().remote_number, "1002");
  EXPECT_EQ(world.history.find("12#"), std::string::npos);
  EXPECT_EQ(world.history.find("12%23"), std::string::npos);
  agent.stream_opened(world.streams.back().first, 24000, now);
  const Message invite = world.next();
  wait(seconds(10));
  receive(answer_to(invite, 200, {{"Contact", "<sip:1002@192.0.2.1:5061>"}, {"Content-Type", "application/sdp"}},
                    far_sdp("AEAD_AES_256_GCM", 1)));
  world.next();
  wait(milliseconds(3999));
  EXPECT_TRUE(world.keys.empty());
  wait(milliseconds(10));
  ASSERT_EQ(world.keys.size(), 1u);
  EXPECT_EQ(world.keys[0].second, "12#");
  wait(seconds(5));
  ASSERT_EQ(world.keys.size(), 2u);
  EXPECT_EQ(world.keys[1].second, "9");
  EXPECT_EQ(agent.dial(DialOrder{.speed_dial = 3}, now).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(agent.dial(DialOrder{.speed_dial = 2}, now).status().message(),
            "the speed dial has something other than keys after its number");
}

}  // namespace
}  // namespace phone::signaling
