// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A call and its transactions end by themselves, whatever the other side does or leaves undone (F81).
#include "tests/unit/signaling/call/served_calls.hpp"

namespace phone::signaling {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class F81_Endings : public ServedCalls {
 protected:
  // A far end that says 180 and then nothing more.
  void only_rings() {
    answers["INVITE"] = [](const Message& request) { return std::vector{answer_to(request, 180)}; };
  }
};

TEST_F(F81_Endings, ACancelThatIsNeverAnsweredWith487EndsAfter64T1) {
  only_rings();
  dial();
  ASSERT_TRUE(phone.agent.hang_up(call().call, phone.now).ok());
  ASSERT_TRUE(phone.settle());
  EXPECT_EQ(count("CANCEL"), 1u);
  ASSERT_TRUE(phone.pass(seconds(31)));
  EXPECT_NE(call().state, CallState::kEnded);
  ASSERT_TRUE(phone.pass(seconds(2)));
  EXPECT_EQ(call().state, CallState::kEnded);
  EXPECT_EQ(call().ended_by, "hung up here");
  // The transaction is over too: a 200 that comes now belongs to nothing.
  EXPECT_EQ(hear(far_answer(invite)).method, "");
}

TEST_F(F81_Endings, ASecondHangUpEndsItForTheUserAtOnceAndALate200IsEnded) {
  only_rings();
  dial();
  ASSERT_TRUE(phone.agent.hang_up(call().call, phone.now).ok());
  ASSERT_TRUE(phone.agent.hang_up(call().call, phone.now).ok());
  ASSERT_TRUE(phone.settle());
  EXPECT_EQ(call().state, CallState::kEnded);
  hear(far_answer(invite));
  EXPECT_EQ(said.at(0).method, "ACK");
  EXPECT_EQ(said.at(1).method, "BYE");
}

TEST_F(F81_Endings, ALate200IsEndedEvenAfterManyOtherCalls) {
  only_rings();
  dial();
  const Message first = invite;
  ASSERT_TRUE(phone.agent.hang_up(call().call, phone.now).ok());
  ASSERT_TRUE(phone.agent.hang_up(call().call, phone.now).ok());
  answers["INVITE"] = [](const Message& request) { return std::vector{answer_to(request, 486)}; };
  for (int i = 0; i < 20; ++i) dial();
  hear(far_answer(first));
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[1].method, "BYE");
}

TEST_F(F81_Endings, A200ThatCrossesTheCancelIsAcknowledgedAndEnded) {
  only_rings();
  dial();
  ASSERT_TRUE(phone.agent.hang_up(call().call, phone.now).ok());
  ASSERT_TRUE(phone.settle());
  hear(far_answer(invite));
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0].method, "ACK");
  EXPECT_EQ(said[1].method, "BYE");
  EXPECT_EQ(call().state, CallState::kEnded);
}

TEST_F(F81_Endings, ByeInTheEarlyDialogEndsTheInviteToo) {
  rings();
  hear(of_caller("BYE", 2));
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0].status, 200);
  EXPECT_EQ(said[0].cseq_method, "BYE");
  EXPECT_EQ(said[1].status, 487);
  EXPECT_EQ(said[1].cseq_method, "INVITE");
  EXPECT_EQ(last_call().state, CallState::kEnded);
}

// 256 transactions may be open on a connection: none is left behind.
TEST_F(F81_Endings, ManyEarlyByesLeaveNoTransactionBehind) {
  for (int i = 0; i < 300; ++i) {
    const std::string id = cat("in", i);
    ASSERT_EQ(rings({}, id).status, 180) << i;
    Message bye = incoming("BYE", {}, id);
    for (HeaderField& field : bye.fields) {
      if (field.name == "To") field.value += cat(";tag=", own_tag);
      if (field.name == "CSeq") field.value = "2 BYE";
    }
    ASSERT_EQ(hear(bye).status, 200) << i;
    ASSERT_EQ(said.back().status, 487) << i;
    ASSERT_TRUE(phone.pass(Milliseconds(200)));
  }
  EXPECT_EQ(rings({}, "last").status, 180);
}

TEST_F(F81_Endings, TheCallersOwnTimeEndsTheRinging) {
  rings({{"Expires", "20"}});
  ASSERT_TRUE(phone.pass(seconds(19)));
  EXPECT_EQ(last_call().state, CallState::kRingingIn);
  ASSERT_TRUE(phone.pass(seconds(2)));
  EXPECT_EQ(FakeUserAgentPort::read(phone.world.sent.back().second).status, 487);
  EXPECT_EQ(last_call().ended_by, "the caller's time was over");
}

TEST_F(F81_Endings, RingingIsToldEachMinuteAndEndsAfterTen) {
  rings();
  const auto ringing = [&] {
    return std::count_if(phone.world.sent.begin(), phone.world.sent.end(),
                         [](const auto& one) { return one.second.starts_with("SIP/2.0 180"); });
  };
  ASSERT_EQ(ringing(), 1);
  ASSERT_TRUE(phone.pass(minutes(5)));
  EXPECT_EQ(ringing(), 6);
  ASSERT_TRUE(phone.pass(minutes(5)));
  EXPECT_EQ(last_call().state, CallState::kEnded);
  EXPECT_EQ(last_call().sip_status, 480u);
  EXPECT_EQ(last_call().ended_by, "nobody answered");
  EXPECT_EQ(phone.world.tones.back(), Tone::kNone);
}

TEST_F(F81_Endings, AServerThatReportsNoMoreHasItsInviteCancelled) {
  only_rings();
  Settings patient = test_settings();
  patient.invite_expires = minutes(10);
  phone.agent.configure(patient, phone.now);
  dial();
  ASSERT_TRUE(phone.pass(minutes(3)));
  hear(answer_to(invite, 180));
  ASSERT_TRUE(phone.pass(seconds(200)));
  EXPECT_EQ(call().state, CallState::kRingingOut);
  ASSERT_TRUE(phone.pass(minutes(1)));
  EXPECT_EQ(count("CANCEL"), 1u);
  ASSERT_TRUE(phone.pass(seconds(33)));
  EXPECT_EQ(call().ended_by, "the call manager no longer reports on the call");
}

// timerInviteExpires: it is in the INVITE, and kept when the server lets it go on.
TEST_F(F81_Endings, AnInviteThatRingsForAsLongAsItMayIsCancelled) {
  only_rings();
  dial();
  EXPECT_EQ(invite.field("Expires"), "180");
  ASSERT_TRUE(phone.pass(seconds(179)));
  EXPECT_EQ(count("CANCEL"), 0u);
  ASSERT_TRUE(phone.pass(seconds(2)));
  EXPECT_EQ(count("CANCEL"), 1u);
}

TEST_F(F81_Endings, AReinviteThatIsNotAnsweredIsCancelled) {
  for (const int status : {487, 0}) {
    SCOPED_TRACE(status);
    answers.erase("INVITE");
    dial();
    ASSERT_EQ(last_call().state, CallState::kEstablished);
    Message hold;
    answers["INVITE"] = [&](const Message& request) {
      hold = request;
      return std::vector{answer_to(request, 100)};
    };
    answers["CANCEL"] = [&](const Message& request) {
      std::vector<std::string> said{answer_to(request, 200)};
      if (status != 0) said.push_back(answer_to(hold, status));
      return said;
    };
    const size_t cancels = count("CANCEL");
    ASSERT_TRUE(phone.agent.hold(last_call().call, phone.now).ok());
    ASSERT_TRUE(phone.pass(seconds(59)));
    EXPECT_EQ(count("CANCEL"), cancels);
    ASSERT_TRUE(phone.pass(seconds(2)));
    EXPECT_EQ(count("CANCEL"), cancels + 1);
    ASSERT_TRUE(phone.pass(seconds(33)));
    // Answered, the call goes on as it was; without any answer the far end is gone (RFC 3261 section 14.1).
    EXPECT_EQ(last_call().state, status != 0 ? CallState::kEstablished : CallState::kEnded) << last_call().ended_by;
    std::ignore = phone.agent.hang_up(last_call().call, phone.now);
    ASSERT_TRUE(phone.settle());
  }
}

TEST_F(F81_Endings, AFailureToneStops) {
  answers["INVITE"] = [](const Message& request) { return std::vector{answer_to(request, 486)}; };
  dial();
  ASSERT_EQ(phone.world.tones.back(), Tone::kBusy);
  ASSERT_TRUE(phone.pass(seconds(31)));
  EXPECT_EQ(phone.world.tones.back(), Tone::kNone);
  const size_t tones = phone.world.tones.size();
  ASSERT_TRUE(phone.pass(seconds(60)));
  EXPECT_EQ(phone.world.tones.size(), tones);
}

TEST_F(F81_Endings, AFailureToneGivesWayToTheNextCall) {
  answers["INVITE"] = [](const Message& request) { return std::vector{answer_to(request, 404)}; };
  dial();
  ASSERT_EQ(phone.world.tones.back(), Tone::kReorder);
  only_rings();
  dial();
  const auto& tones = phone.world.tones;
  EXPECT_EQ(tones[tones.size() - 2], Tone::kNone);
  EXPECT_EQ(tones.back(), Tone::kRingback);
}

TEST_F(F81_Endings, ACancelAfterTheAnswerIsTakenAndChangesNothing) {
  rings();
  ASSERT_TRUE(phone.agent.answer(last_call().call, phone.now).ok());
  EXPECT_EQ(hear(incoming("CANCEL")).status, 200);
  EXPECT_EQ(last_call().state, CallState::kEstablished);
  EXPECT_EQ(hear(incoming("CANCEL", {}, "other")).status, 481);
}

TEST_F(F81_Endings, AFullPhoneSaysBusyAndAFullConnectionSaysWhen) {
  for (int i = 0; i < 6; ++i) ASSERT_EQ(rings({}, cat("in", i)).status, 180);
  const Message busy = rings({}, "seventh");
  EXPECT_EQ(busy.status, 486);
  EXPECT_EQ(busy.field("Warning"), "399 phone \"every call appearance is in use\"");
  EXPECT_FALSE(busy.to_tag().empty());
  for (int i = 0; i < 300; ++i) hear(incoming("INVITE", {}, cat("more", i)));
  const Message full = hear(incoming("INVITE", {}, "one-more"));
  EXPECT_EQ(full.status, 503);
  EXPECT_EQ(full.phrase, "Too many transactions");
  EXPECT_EQ(full.field("Retry-After"), "32");
  EXPECT_FALSE(full.to_tag().empty());
  // What ends a call is taken all the same.
  EXPECT_EQ(hear(incoming("CANCEL", {}, "in0")).status, 200);
  ASSERT_TRUE(phone.pass(seconds(33)));
  EXPECT_EQ(rings({}, "later").status, 180);
}

}  // namespace
}  // namespace phone::signaling
