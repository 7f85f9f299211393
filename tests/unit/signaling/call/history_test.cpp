// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The calls of the past: what is kept of them, for how long, and what is not.
#include <gtest/gtest.h>

#include "services/signaling/user/history.hpp"
#include "tests/unit/signaling/call/calls_fixture.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

HistoryEntry placed(const std::string& call, const std::string& number) {
  HistoryEntry entry;
  entry.call = call;
  entry.kind = HistoryKind::kPlaced;
  entry.number = number;
  return entry;
}

TEST(F92_History, KeepsTheLatest150) {
  History history;
  for (int i = 0; i < 200; ++i) history.note(placed(cat("call-", i), cat(i)));
  ASSERT_EQ(history.entries().size(), 150u);
  EXPECT_EQ(history.entries().front().number, "199");
  EXPECT_EQ(history.entries().back().number, "50");
  EXPECT_EQ(history.last_placed()->number, "199");
}

TEST(F92_History, WhatIsWrittenIsReadBackWhole) {
  History history;
  HistoryEntry entry{.entry = 0,
                     .call = "call-1",
                     .kind = HistoryKind::kMissed,
                     .number = "+49 1%0A",
                     .name = "Zoë \"x\" Ω",
                     .hidden = true,
                     .line = 3,
                     .time = WallTime(std::chrono::milliseconds(1700000000123)),
                     .duration_seconds = 61};
  history.note(entry);
  history.note(placed("call-2", ""));
  History again;
  again.restore(history.record());
  EXPECT_EQ(again.entries(), history.entries());
  EXPECT_EQ(again.record(), history.record());
}

TEST(F92_History, ADamagedRecordIsReadAsFarAsItGoes) {
  History history;
  history.note(placed("call-1", "1001"));
  const std::string whole = history.record();
  for (size_t length = 0; length < whole.size(); ++length) {
    History torn;
    torn.restore(whole.substr(0, length));
    EXPECT_LE(torn.entries().size(), 1u);
  }
  History noise;
  noise.restore("1 9 1 0 0 0 a b c\n0 1 1 0 0 0 a b c\n\n\nx y z\n7 3 1 0 281474976710655 0 call 55 %");
  ASSERT_EQ(noise.entries().size(), 1u);
  EXPECT_EQ(noise.entries()[0].number, "55");
  EXPECT_EQ(noise.entries()[0].time, std::nullopt) << "after the end of the clock";
}

TEST(F92_History, AnEntryIsForgottenAndItsNumberNotGivenAgain) {
  History history;
  history.note(placed("call-1", "1001"));
  history.note(placed("call-2", "1002"));
  const uint64_t newest = history.entries().front().entry;
  EXPECT_EQ(history.forget({newest, 99}), 1u);
  History again;
  again.restore(history.record());
  again.note(placed("call-3", "1003"));
  EXPECT_GT(again.entries().front().entry, newest);
  EXPECT_EQ(again.forget_all(), 2u);
  EXPECT_EQ(again.last_placed(), nullptr);
}

class F92_PastCalls : public Calls_ {
 protected:
  std::vector<HistoryEntry> past() { return agent.memory().history; }
  void rings() {
    receive(incoming(far_sdp("AEAD_AES_256_GCM", 1)));
    EXPECT_EQ(world.next().status, 100);
    agent.stream_opened(world.streams.back().first, 24002, now);
    EXPECT_EQ(world.next().status, 180);
  }
  void cancelled(const std::string& reason) {
    std::vector<HeaderField> fields;
    Message cancel = FakeUserAgentPort::read(incoming(""));
    Message message;
    message.is_request = true;
    message.method = "CANCEL";
    message.uri = cancel.uri;
    for (const char* name : {"Via", "From", "To", "Call-ID", "Max-Forwards"})
      message.add(name, cancel.field(name).value_or(""));
    message.add("CSeq", "101 CANCEL");
    if (!reason.empty()) message.add("Reason", reason);
    receive(write(message));
    EXPECT_EQ(world.next().status, 200);
    EXPECT_EQ(world.next().status, 487);
  }
};

TEST_F(F92_PastCalls, ACallThatNobodyTookIsMissed) {
  world.wall_time = WallTime(seconds(1700000000));
  rings();
  EXPECT_TRUE(past().empty()) << "it still rings";
  EXPECT_NE(world.history.find("1002"), std::string::npos) << "and is kept already, should this process die";
  cancelled("");
  ASSERT_EQ(past().size(), 1u);
  EXPECT_EQ(past()[0].kind, HistoryKind::kMissed);
  EXPECT_EQ(past()[0].number, "1002");
  EXPECT_EQ(past()[0].name, "Far");
  EXPECT_EQ(past()[0].time, world.wall_time);
  EXPECT_EQ(past()[0].duration_seconds, 0u);
}

TEST_F(F92_PastCalls, ACallAnsweredElsewhereIsNotMissed) {
  rings();
  cancelled("SIP;cause=200;text=\"Call completed elsewhere\"");
  EXPECT_TRUE(past().empty());
  EXPECT_EQ(world.history.find("1002"), std::string::npos);
}

TEST_F(F92_PastCalls, AnotherReasonOfTheCancelLeavesItMissed) {
  rings();
  cancelled("SIP;cause=487;text=\"200\"");
  ASSERT_EQ(past().size(), 1u);
}

TEST_F(F92_PastCalls, AnAnsweredCallIsReceivedWithItsLength) {
  rings();
  ASSERT_TRUE(agent.answer(call().call, now).ok());
  world.wall_time += seconds(75);
  ASSERT_TRUE(agent.hang_up(call().call, now).ok());
  ASSERT_EQ(past().size(), 1u);
  EXPECT_EQ(past()[0].kind, HistoryKind::kReceived);
  EXPECT_EQ(past()[0].duration_seconds, 75u);
}

TEST_F(F92_PastCalls, ADeclinedCallIsNotMissed) {
  rings();
  ASSERT_TRUE(agent.decline(call().call, now).ok());
  ASSERT_EQ(past().size(), 1u);
  EXPECT_EQ(past()[0].kind, HistoryKind::kReceived);
}

TEST_F(F92_PastCalls, AHiddenCallerStaysHidden) {
  std::string invite = incoming(far_sdp("AEAD_AES_256_GCM", 1));
  invite.replace(invite.find("Max-Forwards"), 0, "Privacy: id\r\nP-Asserted-Identity: \"Far\" <sip:1002@cucm1>\r\n");
  receive(invite);
  world.next();
  agent.stream_opened(world.streams.back().first, 24002, now);
  world.next();
  EXPECT_EQ(call().remote_number, "");
  EXPECT_EQ(call().remote_name, "Private");
  cancelled("");
  ASSERT_EQ(past().size(), 1u);
  EXPECT_TRUE(past()[0].hidden);
  EXPECT_EQ(world.history.find("1002"), std::string::npos);
  EXPECT_EQ(world.history.find("Far"), std::string::npos);
}

TEST_F(F92_PastCalls, ALineMayKeepNoMissedCalls) {
  Settings settings = test_settings();
  settings.lines.resize(1);
  settings.lines[0].directory_number = "2222";
  settings.lines[0].keeps_missed_calls = false;
  agent.configure(settings, now);
  rings();
  EXPECT_EQ(world.history.find("1002"), std::string::npos);
  cancelled("");
  EXPECT_TRUE(past().empty());
}

TEST_F(F92_PastCalls, TheNumberDialledLastIsDialledAgainAfterARestart) {
  EXPECT_EQ(agent.dial(DialOrder{.redial = true}, now).status().message(), "no number has been dialled");
  const Message invite = dialled();
  receive(answer_to(invite, 486));
  EXPECT_EQ(past().at(0).kind, HistoryKind::kPlaced);
  FakeUserAgentPort later;
  UserAgent again(later);
  again.restore_memory(world.history, false);
  again.configure(test_settings(), now);
  again.flow_up(later.opened.back().first, test_facts(), now);
  again.flow_message(later.opened.back().first, answer_to(later.next(), 200, {{"Expires", "120"}}), now);
  EXPECT_EQ(again.memory().redial_number, "1002");
  const auto redialled = again.dial(DialOrder{.redial = true}, now);
  ASSERT_TRUE(redialled.ok());
  EXPECT_EQ(redialled->remote_number, "1002");
  EXPECT_EQ(again.dial(DialOrder{.number = "1", .redial = true}, now).status().message(),
            "name one: a number, a speed dial, or the number dialled last");
}

TEST_F(F92_PastCalls, TheUserForgetsThem) {
  receive(answer_to(dialled(), 486));
  ASSERT_EQ(past().size(), 1u);
  EXPECT_EQ(agent.forget_calls({past()[0].entry + 1}, false), 0u);
  EXPECT_EQ(agent.forget_calls({past()[0].entry}, false), 1u);
  EXPECT_TRUE(past().empty());
  EXPECT_EQ(world.history.find("1002"), std::string::npos);
  EXPECT_EQ(agent.memory().redial_number, "");
}

TEST_F(F92_PastCalls, ACallThatOutlivedTheProcessGetsItsLength) {
  established();
  FakeUserAgentPort later;
  UserAgent again(later);
  again.restore_memory(world.history, false);
  again.configure(test_settings(), now);
  again.restore(world.record, {}, now);
  EXPECT_TRUE(again.memory().history.empty()) << "it goes on";
  later.wall_time = world.wall_time + seconds(3600);
  ASSERT_TRUE(again.hang_up(again.view().calls.at(0).call, now).ok());
  ASSERT_EQ(again.memory().history.size(), 1u);
  EXPECT_EQ(again.memory().history[0].kind, HistoryKind::kPlaced);
}

}  // namespace
}  // namespace phone::signaling
