// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Hold and resume of one call (cucm-calls.md 2.1).
#include <gtest/gtest.h>

#include "tests/unit/signaling/call/hold_fixture.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

TEST_F(F89_OneActiveCall, MediaFollowsAtOnceAndTheFarEndIsOfferedSendonly) {
  Message first = established();
  EXPECT_TRUE(in_force().begin()->second.has_user);
  const std::string shown = key_of(first);
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  EXPECT_FALSE(in_force().begin()->second.has_user);
  EXPECT_EQ(call().hold, HoldState::kHolding);
  EXPECT_FALSE(call().has_user);
  Message invite = world.next();
  EXPECT_EQ(invite.method, "INVITE");
  EXPECT_EQ(direction_of(invite), Direction::kSendOnly);
  EXPECT_EQ(key_of(invite), shown) << "the key in use: some phones take no other one in a re-INVITE";
  agree(invite, "recvonly");
  EXPECT_EQ(call().hold, HoldState::kHeld);
  EXPECT_FALSE(call().held_by_far_end);
  EXPECT_EQ(in_force().begin()->second.direction, Direction::kSendOnly);
  EXPECT_EQ(agent.hold(call().call, now).status().message(), "the call is on hold already");

  ASSERT_TRUE(agent.resume(call().call, now).ok());
  EXPECT_EQ(call().hold, HoldState::kResuming);
  invite = world.next();
  EXPECT_EQ(direction_of(invite), Direction::kSendReceive);
  agree(invite, "sendrecv");
  EXPECT_EQ(call().hold, HoldState::kNone);
  EXPECT_TRUE(in_force().begin()->second.has_user);
  EXPECT_EQ(in_force().begin()->second.direction, Direction::kSendReceive);
  EXPECT_EQ(agent.resume(call().call, now).status().message(), "the call is not on hold");
  EXPECT_TRUE(world.quiet());
}

TEST_F(F89_OneActiveCall, AnotherFarEndThatAnswersAHoldGetsKeysOfItsOwn) {
  Message first = established();
  const std::string shown = key_of(first);
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  Message invite = world.next();
  const size_t orders = world.settings.size();
  agree(invite, "recvonly", 'h');
  EXPECT_EQ(world.settings.size(), orders) << "nothing is sent to it with the key that the first one knows";
  invite = world.next();
  EXPECT_EQ(invite.method, "INVITE");
  EXPECT_NE(key_of(invite), shown);
  agree(invite, "recvonly", 'h');
  EXPECT_EQ(call().hold, HoldState::kHeld);
  EXPECT_EQ(in_force().begin()->second.receive.key_salt.view(), std::string(44, 'h'));
  EXPECT_NE(in_force().begin()->second.transmit.key_salt.view(), shown);
}

TEST_F(F89_OneActiveCall, ARefusedHoldHoldsHereOnlyAndSaysSo) {
  established();
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  receive(answer_to(world.next(), 488));
  EXPECT_EQ(world.next().method, "ACK");
  EXPECT_EQ(call().hold, HoldState::kHeldHere);
  EXPECT_FALSE(in_force().begin()->second.has_user);
  EXPECT_TRUE(reported("call.hold_refused: the call is on hold here only: the far end refused it: 488"));
  EXPECT_TRUE(world.quiet());
  ASSERT_TRUE(agent.resume(call().call, now).ok());
  EXPECT_EQ(call().hold, HoldState::kNone);
  EXPECT_TRUE(in_force().begin()->second.has_user);
  EXPECT_TRUE(world.quiet()) << "the far end has the direction it had";
}

TEST_F(F89_OneActiveCall, ARefusedResumeStaysOnHoldAndSaysSo) {
  established();
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  agree(world.next(), "recvonly");
  ASSERT_TRUE(agent.resume(call().call, now).ok());
  receive(answer_to(world.next(), 500));
  EXPECT_EQ(call().hold, HoldState::kHeld);
  EXPECT_FALSE(in_force().begin()->second.has_user);
  EXPECT_TRUE(reported("call.resume_refused: the call stays on hold: the far end refused it: 500"));
}

TEST_F(F89_OneActiveCall, AHoldThatMetAnInviteOfTheFarEndIsSentAgain) {
  established();
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  receive(answer_to(world.next(), 491));
  EXPECT_EQ(world.next().method, "ACK");
  EXPECT_EQ(call().hold, HoldState::kHolding);
  now += seconds(5);
  agent.on_time(now);
  Message again = world.next();
  EXPECT_EQ(direction_of(again), Direction::kSendOnly);
  agree(again, "recvonly");
  EXPECT_EQ(call().hold, HoldState::kHeld);
}

TEST_F(F89_OneActiveCall, WhoCameBackDuringTheWaitAfter491IsNotHeld) {
  established();
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  receive(answer_to(world.next(), 491));
  world.next();
  ASSERT_TRUE(agent.resume(call().call, now).ok());
  now += seconds(5);
  agent.on_time(now);
  for (Message sent = world.next(); !sent.method.empty(); sent = world.next())
    EXPECT_NE(direction_of(sent), Direction::kSendOnly) << sent.method;
  EXPECT_TRUE(call().has_user);
}

TEST_F(F89_OneActiveCall, AnotherPressWhileAnOfferIsOutIsDoneAfterItsAnswer) {
  established();
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  Message invite = world.next();
  ASSERT_TRUE(agent.resume(call().call, now).ok());
  EXPECT_TRUE(world.quiet()) << "one INVITE at a time (RFC 3261 section 14.1)";
  agree(invite, "recvonly");
  EXPECT_EQ(call().hold, HoldState::kResuming);
  invite = world.next();
  EXPECT_EQ(direction_of(invite), Direction::kSendReceive);
  agree(invite, "sendrecv");
  EXPECT_EQ(call().hold, HoldState::kNone);
}

TEST_F(F89_OneActiveCall, NoOfferOfTheFarEndBringsTheUserBack) {
  Message first = established();
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  agree(world.next(), "recvonly");
  receive(request("INVITE", 201, first, {{"Content-Type", "application/sdp"}}, far_sdp("AEAD_AES_256_GCM", 1, 'm')));
  EXPECT_EQ(world.next().status, 100);
  Message ok = world.next();
  EXPECT_EQ(ok.status, 200);
  EXPECT_EQ(direction_of(ok), Direction::kSendOnly);
  receive(request("ACK", 201, first));
  EXPECT_EQ(call().hold, HoldState::kHeld);
  EXPECT_FALSE(in_force().begin()->second.has_user);
  EXPECT_EQ(in_force().begin()->second.direction, Direction::kSendOnly);
  // Without an offer, as music on hold is connected: the phone's own says it too.
  receive(request("INVITE", 202, first));
  world.next();
  EXPECT_EQ(direction_of(world.next()), Direction::kSendOnly);
  receive(request("ACK", 202, first, {{"Content-Type", "application/sdp"}},
                  far_sdp("AEAD_AES_256_GCM", 1, 'n', "recvonly")));
  EXPECT_FALSE(in_force().begin()->second.has_user);
}

TEST_F(F89_OneActiveCall, AHoldByTheFarEndIsShownAndMusicOnHoldIsHeard) {
  Message first = established();
  receive(request("INVITE", 201, first, {{"Content-Type", "application/sdp"}},
                  far_sdp("AEAD_AES_256_GCM", 1, 'k', "inactive")));
  world.next();
  world.next();
  receive(request("ACK", 201, first));
  EXPECT_TRUE(call().held_by_far_end);
  EXPECT_EQ(call().hold, HoldState::kNone);
  EXPECT_EQ(in_force().begin()->second.direction, Direction::kInactive);
  // Another server plays music: a new far end, so new keys (F89).
  receive(request("INVITE", 202, first));
  world.next();
  EXPECT_EQ(direction_of(world.next()), Direction::kSendReceive);
  receive(request("ACK", 202, first, {{"Content-Type", "application/sdp"}},
                  far_sdp("AES_CM_128_HMAC_SHA1_80", 3, 'm', "sendonly")));
  EXPECT_TRUE(call().held_by_far_end);
  EXPECT_TRUE(call().has_user);
  EXPECT_EQ(in_force().begin()->second.direction, Direction::kReceiveOnly);
  EXPECT_EQ(in_force().begin()->second.receive.suite, "AES_CM_128_HMAC_SHA1_80");
  // Both hold: this end offers neither direction.
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  EXPECT_EQ(direction_of(world.next()), Direction::kInactive);
}

TEST_F(F89_OneActiveCall, CallInfoSaysWhatTheReinviteIsAboutToWhoeverTakesIt) {
  Message first = dialled();
  receive(answer_to(first, 200,
                    {{"Contact", "<sip:1002@192.0.2.1:5061>"},
                     {"Supported", "X-cisco-callinfo,timer"},
                     {"Content-Type", "application/sdp"}},
                    far_sdp("AEAD_AES_256_GCM", 1)));
  world.next();
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  Message invite = world.next();
  EXPECT_EQ(list_items(invite, "Call-Info").back(), "<urn:x-cisco-remotecc:hold>");
  agree(invite, "recvonly");
  ASSERT_TRUE(agent.resume(call().call, now).ok());
  invite = world.next();
  EXPECT_EQ(list_items(invite, "Call-Info").back(), "<urn:x-cisco-remotecc:resume>");
  agree(invite, "sendrecv");
}

TEST_F(F89_OneActiveCall, NoCallInfoAboutHoldForAFarEndThatHasNotAskedForIt) {
  established();
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  for (const std::string& item : list_items(world.next(), "Call-Info"))
    EXPECT_EQ(item.find("remotecc:hold"), std::string::npos) << item;
}

TEST_F(F89_OneActiveCall, AHoldWithoutAConnectionIsOfferedWhenThePhoneIsBack) {
  established();
  agent.flow_down({.flow = world.opened.back().first, .reason = "closed"}, now);
  EXPECT_EQ(call().state, CallState::kPreserved);
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  EXPECT_FALSE(in_force().begin()->second.has_user);
  EXPECT_TRUE(world.quiet());
  now += seconds(10);
  agent.on_time(now);
  agent.flow_up(world.opened.back().first, test_facts(), now);
  receive(answer_to(world.next(), 200, {{"Expires", "120"}}));
  Message invite = world.next();
  EXPECT_EQ(invite.method, "INVITE");
  EXPECT_EQ(direction_of(invite), Direction::kSendOnly);
  agree(invite, "recvonly");
  EXPECT_EQ(call().hold, HoldState::kHeld);
}

TEST_F(F89_OneActiveCall, ARestartKeepsTheHold) {
  established();
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  agree(world.next(), "recvonly");
  FakeUserAgentPort later;
  UserAgent again{later};
  again.configure(test_settings(), now);
  again.restore(world.record, {{in_force().begin()->second, 24000}}, now);
  const CallView kept = again.view().calls.at(0);
  EXPECT_EQ(kept.hold, HoldState::kHeld);
  EXPECT_FALSE(kept.has_user);
}

}  // namespace
}  // namespace phone::signaling
