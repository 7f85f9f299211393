// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Calls to emergency numbers of the configuration go out whenever any server takes them.
#include <gtest/gtest.h>

#include "tests/unit/signaling/call/hold_fixture.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

class F92_Emergency : public F89_OneActiveCall {
 protected:
  void SetUp() override {}
  Settings two_servers() {
    Settings settings = test_settings(2);
    settings.emergency_numbers = {"112", "911"};
    return settings;
  }
  // Both connections stand; the first server answers the REGISTER with this.
  void begin(int status) {
    agent.configure(two_servers(), now);
    for (const auto& [flow, target] : world.opened) agent.flow_up(flow, test_facts(), now);
    first = world.opened.at(0).first;
    second = world.opened.at(1).first;
    drain(status);
  }
  // Answers what the phone says to its servers, as long as it is no INVITE.
  void drain(int status) {
    while (!world.quiet()) {
      const Message message = world.next();
      if (!message.is_request) continue;
      if (message.method == "INVITE") {
        invite = message;
        over = world.last_flow;
        continue;
      }
      if (message.method == "ACK") continue;
      const bool kept_warm = message.method == "REGISTER" && world.last_flow == second && status == 200;
      agent.flow_message(world.last_flow, answer_to(message, kept_warm ? 200 : status, {{"Expires", "120"}}), now);
    }
  }
  void media_opens() {
    agent.stream_opened(world.streams.back().first, 24000, now);
    drain(200);
  }
  void refuse(int status) {
    agent.flow_message(over, answer_to(invite, status), now);
    invite = {};
    drain(200);
  }
  FlowId first = 0, second = 0, over = 0;
  Message invite;
};

TEST_F(F92_Emergency, AServerThatRefusedTheRegistrationIsAskedAllTheSame) {
  begin(403);
  ASSERT_FALSE(agent.view().registered);
  EXPECT_EQ(agent.dial("1002", now).status().message(), "the phone is not registered");
  const auto call = agent.dial("112", now);
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_TRUE(call->emergency);
  media_opens();
  EXPECT_EQ(invite.method, "INVITE");
  EXPECT_EQ(invite.text("Priority"), "emergency");
}

TEST_F(F92_Emergency, WhatWasHeardThroughTheServerThatRefusedGetsNothingMore) {
  begin(200);
  ASSERT_TRUE(agent.dial("911", now).ok());
  media_opens();
  agent.flow_message(
      over,
      answer_to(invite, 183, {{"Contact", "<sip:early@192.0.2.1:5061>"}, {"Content-Type", "application/sdp"}},
                far_sdp("AEAD_AES_256_GCM", 1)),
      now);
  ASSERT_NE(world.settings.back().direction, Direction::kInactive);
  refuse(503);
  EXPECT_EQ(over, second);
  EXPECT_EQ(world.settings.back().direction, Direction::kInactive);
}

TEST_F(F92_Emergency, TheNextServerIsAskedWhenOneRefuses) {
  begin(200);
  ASSERT_TRUE(agent.dial("911", now).ok());
  media_opens();
  EXPECT_EQ(over, first);
  const Message before = invite;
  refuse(503);
  EXPECT_EQ(over, second);
  ASSERT_EQ(invite.method, "INVITE");
  EXPECT_NE(invite.call_id, before.call_id);
  EXPECT_NE(invite.body, before.body) << "another far end never gets the same keys";
  EXPECT_EQ(invite.uri, "sip:911@cucm2");
  refuse(503);
  EXPECT_EQ(agent.view().calls.at(0).state, CallState::kEnded);
}

TEST_F(F92_Emergency, ABusyFarEndIsNotRungAgain) {
  begin(200);
  ASSERT_TRUE(agent.dial("911", now).ok());
  media_opens();
  refuse(486);
  EXPECT_EQ(invite.method, "");
  EXPECT_EQ(agent.view().calls.at(0).state, CallState::kEnded);
}

TEST_F(F92_Emergency, AnotherNumberIsNotRepeatedElsewhere) {
  begin(200);
  ASSERT_TRUE(agent.dial("1002", now).ok());
  media_opens();
  refuse(503);
  EXPECT_EQ(invite.method, "");
}

TEST_F(F92_Emergency, NoLimitOfCallsHoldsItBackAndTheOtherCallIsHeld) {
  Settings settings = test_settings();
  settings.emergency_numbers = {"112"};
  settings.lines[0].max_calls = 1;
  start(settings);
  established();
  EXPECT_EQ(agent.dial("1003", now).status().code(), absl::StatusCode::kResourceExhausted);
  ASSERT_TRUE(agent.dial("112", now).ok());
  EXPECT_EQ(view(0).hold, HoldState::kHolding);
  EXPECT_TRUE(view(1).has_user);
}

TEST_F(F92_Emergency, WithoutAConnectionItIsRefusedWithTheCause) {
  agent.configure(two_servers(), now);
  EXPECT_EQ(agent.dial("112", now).status().message(), "no call manager is connected");
}

}  // namespace
}  // namespace phone::signaling
