// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A transfer the user asks for (cucm-calls.md 2.2, RFC 3515, RFC 3891).
#include <gtest/gtest.h>

#include <array>

#include "services/signaling/call/transfer_state.hpp"
#include "tests/unit/signaling/call/calls_fixture.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

class F90_Transfer : public Calls_ {
 protected:
  void agree(const Message& invite, const std::string& direction) {
    receive(answer_to(invite, 200, {{"Contact", "<sip:1002@192.0.2.1:5061>"}, {"Content-Type", "application/sdp"}},
                      far_sdp("AEAD_AES_256_GCM", 1, 'k', direction)));
    EXPECT_EQ(world.next().method, "ACK");
  }
  CallView view(size_t at) { return agent.view().calls.at(at); }
  // The first call, on hold, and its blind transfer asked for: the REFER that leaves.
  Message blind() {
    first_ = established();
    EXPECT_TRUE(agent.transfer(call().call, "1003", "", now).ok());
    EXPECT_EQ(call().transfer, TransferState::kHolding);
    agree(world.next(), "recvonly");
    return world.next();
  }
  // A second call that this phone has made, as far as `answered`.
  Message consulted(bool answered) {
    first_ = established();
    EXPECT_TRUE(agent.dial("1003", now).ok());
    agree(world.next(), "recvonly");
    agent.stream_opened(world.streams.back().first, 24004, now);
    Message invite = world.next();
    receive(answer_to(invite, 180));
    if (!answered) return invite;
    receive(answer_to(invite, 200, {{"Contact", "<sip:1003@192.0.2.1:5061>"}, {"Content-Type", "application/sdp"}},
                      far_sdp("AEAD_AES_256_GCM", 1)));
    EXPECT_EQ(world.next().method, "ACK");
    return invite;
  }
  Message attended() {
    second_ = consulted(true);
    EXPECT_TRUE(agent.transfer(view(0).call, "", view(1).call, now).ok());
    agree(world.next(), "recvonly");
    return world.next();
  }
  void notify(const std::string& fragment, const std::string& state = "active;expires=60",
              const std::string& type = "message/sipfrag") {
    receive(request("NOTIFY", ++cseq_, first_,
                    {{"Event", "refer"}, {"Subscription-State", state}, {"Content-Type", type}}, fragment));
  }
  bool reported(const std::string& text) const {
    return std::find(world.reports.begin(), world.reports.end(), text) != world.reports.end();
  }

  Message first_, second_;
  uint32_t cseq_ = 500;
};

TEST_F(F90_Transfer, ItsOutcomeIsFoundAmongOtherPartsOfABody) {
  receive(answer_to(blind(), 202));
  notify(
      "--b\r\nContent-Type: text/plain\r\n\r\nSIP/2.0 200 OK\r\n"
      "--b\r\nContent-Type: Message/SipFrag;version=2.0\r\n\r\nSIP/2.0 486 Busy Here\r\n--b--\r\n",
      "terminated;reason=noresource", "multipart/mixed; boundary=b");
  EXPECT_EQ(call().transfer, TransferState::kNone);
  EXPECT_EQ(call().transfer_failure, "the transfer failed: the target refused: 486 Busy Here");
}

TEST_F(F90_Transfer, BlindHoldsRefersAndEndsTheCallWhenTheTargetHasAnswered) {
  Message refer = blind();
  EXPECT_EQ(refer.method, "REFER");
  EXPECT_EQ(refer.call_id, first_.call_id);
  EXPECT_EQ(refer.text("Refer-To"), "<sip:1003@cucm1>");
  EXPECT_EQ(refer.text("Referred-By"), "<sip:2222@cucm1>");
  EXPECT_EQ(call().transfer, TransferState::kReferring);
  receive(answer_to(refer, 202));
  EXPECT_EQ(call().transfer, TransferState::kAccepted);
  notify("SIP/2.0 100 Trying\r\n");
  EXPECT_EQ(world.next().status, 200);
  notify("SIP/2.0 180 Ringing\r\n");
  EXPECT_EQ(world.next().status, 200);
  EXPECT_EQ(call().state, CallState::kEstablished);
  notify("SIP/2.0 200 OK\r\n", "terminated;reason=noresource");
  EXPECT_EQ(world.next().status, 200);
  EXPECT_EQ(world.next().method, "BYE");
  EXPECT_EQ(call().ended_by, "transferred to 1003");
}

TEST_F(F90_Transfer, AttendedNamesTheOtherDialogAndTheServerEndsIt) {
  Message refer = attended();
  ASSERT_EQ(refer.method, "REFER");
  EXPECT_EQ(refer.call_id, first_.call_id);
  std::string id = second_.call_id;
  id.replace(id.find('@'), 1, "%40");
  EXPECT_EQ(refer.text("Refer-To"),
            cat("<sip:1003@cucm1?Replaces=", id, "%3Bto-tag%3Dserver-tag%3Bfrom-tag%3D", second_.from_tag(), ">"));
  EXPECT_FALSE(view(0).has_user);
  EXPECT_FALSE(view(1).has_user);
  receive(answer_to(refer, 202));
  notify("SIP/2.0 200 OK\r\n");
  world.next();
  Message bye = world.next();
  EXPECT_EQ(bye.method, "BYE");
  EXPECT_EQ(bye.call_id, first_.call_id);
  EXPECT_EQ(view(0).ended_by, "transferred to 1003");
  EXPECT_EQ(view(1).state, CallState::kEstablished) << "the server's to end";
  receive(request("BYE", 900, second_));
  EXPECT_EQ(view(1).ended_by, "transferred");
}

TEST_F(F90_Transfer, AConsultationCallTheServerForgetsIsEndedHere) {
  receive(answer_to(attended(), 202));
  notify("SIP/2.0 200 OK\r\n");
  world.next();
  world.next();
  now += seconds(5);
  agent.on_time(now);
  Message bye = world.next();
  EXPECT_EQ(bye.method, "BYE");
  EXPECT_EQ(bye.call_id, second_.call_id);
  EXPECT_EQ(view(1).ended_by, "transferred");
}

TEST_F(F90_Transfer, ATargetThatStillRingsIsTakenOverWith500) {
  second_ = consulted(false);
  ASSERT_TRUE(agent.transfer(view(0).call, "", view(1).call, now).ok());
  Message refer = world.next();
  ASSERT_EQ(refer.method, "REFER");
  EXPECT_NE(refer.text("Refer-To").find("to-tag%3Dserver-tag"), std::string::npos) << refer.text("Refer-To");
  receive(answer_to(refer, 202));
  world.tones.clear();
  receive(answer_to(second_, 500));
  EXPECT_EQ(view(1).ended_by, "transferred");
  EXPECT_EQ(std::count(world.tones.begin(), world.tones.end(), Tone::kReorder), 0);
}

TEST_F(F90_Transfer, ARefusingTargetBringsTheFirstCallBackAndSaysWhy) {
  receive(answer_to(blind(), 202));
  notify("SIP/2.0 486 Busy Here\r\n");
  EXPECT_EQ(world.next().status, 200);
  EXPECT_EQ(call().transfer, TransferState::kNone);
  EXPECT_EQ(call().transfer_failure, "the transfer failed: the target refused: 486 Busy Here");
  EXPECT_TRUE(reported("call.transfer_failed: the transfer failed: the target refused: 486 Busy Here"));
  EXPECT_TRUE(call().has_user);
  Message resume = world.next();
  EXPECT_EQ(resume.method, "INVITE");
  EXPECT_NE(resume.body.find("a=sendrecv"), std::string::npos);
}

TEST_F(F90_Transfer, ARefusedReferBringsTheFirstCallBack) {
  receive(answer_to(blind(), 403));
  EXPECT_EQ(call().transfer_failure, "the transfer failed: the call manager refused it: 403 Forbidden");
  EXPECT_TRUE(call().has_user);
}

TEST_F(F90_Transfer, AnEmptyNotifyIsFailureWithoutAConsultationAndSuccessWithOne) {
  receive(answer_to(blind(), 202));
  notify("");
  EXPECT_EQ(call().transfer_failure, "the transfer failed: the call manager does not tell its outcome");
  EXPECT_TRUE(call().has_user);
}

TEST_F(F90_Transfer, AnEmptyNotifyIsSuccessWithAConsultation) {
  receive(answer_to(attended(), 202));
  notify("");
  EXPECT_EQ(view(0).ended_by, "transferred to 1003");
}

TEST_F(F90_Transfer, AnAttendedFailureGivesTheUserToTheFirstCallAndToNoOther) {
  receive(answer_to(attended(), 202));
  notify("SIP/2.0 503 Service Unavailable\r\n");
  EXPECT_TRUE(view(0).has_user);
  EXPECT_FALSE(view(1).has_user);
  EXPECT_EQ(view(1).state, CallState::kEstablished);
}

TEST_F(F90_Transfer, AFailureDoesNotTakeTheUserOutOfAnotherCall) {
  receive(answer_to(blind(), 202));
  receive(incoming(far_sdp("AEAD_AES_256_GCM", 1)));
  agent.stream_opened(world.streams.back().first, 24006, now);
  ASSERT_TRUE(agent.answer(view(1).call, now).ok());
  notify("SIP/2.0 404 Not Found\r\n");
  EXPECT_EQ(view(0).transfer_failure, "the transfer failed: the target refused: 404 Not Found");
  EXPECT_FALSE(view(0).has_user);
  EXPECT_EQ(view(0).state, CallState::kEstablished);
  EXPECT_TRUE(view(1).has_user);
}

// cucm-calls.md 2.6: a blind transfer to the user part of directed park.
TEST_F(F90_Transfer, ACallIsParkedAtANumber) {
  first_ = established();
  const auto park = [&](const std::string& slot) {
    absl::Status said = absl::UnknownError("nothing yet");
    agent.use_feature(
        {.feature = Feature::kDirectedPark, .call = view(0).call, .number = slot},
        [&said](const absl::StatusOr<FeatureReply>& reply) { said = reply.status(); }, now);
    return said;
  };
  EXPECT_EQ(park("7 1").message(), "a number has 1 to 64 characters: digits, *, #, + and letters");
  ASSERT_TRUE(park("*71#").ok());
  agree(world.next(), "recvonly");
  Message refer = world.next();
  ASSERT_EQ(refer.method, "REFER");
  EXPECT_EQ(refer.field("Refer-To").value_or("").find("<sip:x-cisco-serviceuri-dpark-*71%23@"), 0U)
      << refer.field("Refer-To").value_or("");
  receive(answer_to(refer, 202));
  notify("SIP/2.0 486 Busy Here\r\n");
  EXPECT_EQ(view(0).transfer_failure, "the call was not parked: the target refused: 486 Busy Here");
}

TEST_F(F90_Transfer, WhoComesBackBeforeTheReferIsNotTransferred) {
  first_ = established();
  ASSERT_TRUE(agent.transfer(call().call, "1003", "", now).ok());
  Message hold = world.next();
  ASSERT_TRUE(agent.resume(call().call, now).ok());
  EXPECT_EQ(call().transfer, TransferState::kNone);
  EXPECT_EQ(call().transfer_failure, "");
  agree(hold, "recvonly");
  for (Message sent = world.next(); !sent.method.empty(); sent = world.next()) EXPECT_NE(sent.method, "REFER");
  EXPECT_TRUE(call().has_user);
}

TEST_F(F90_Transfer, ACallIsNotResumedWhileTheCallManagerTransfersIt) {
  Message refer = blind();
  EXPECT_EQ(agent.resume(call().call, now).status().message(), "the call is being transferred");
  receive(answer_to(refer, 202));
  EXPECT_EQ(agent.resume(call().call, now).status().message(), "the call is being transferred");
}

TEST_F(F90_Transfer, AByeBeforeTheOutcomeClaimsNothingAndLeavesTheOtherCall) {
  receive(answer_to(attended(), 202));
  receive(request("BYE", ++cseq_, first_));
  EXPECT_EQ(world.next().status, 200);
  EXPECT_EQ(view(0).ended_by, "ended by the call manager while it was being transferred");
  now += seconds(10);
  agent.on_time(now);
  EXPECT_EQ(view(1).state, CallState::kEstablished) << "the server's to end, or the user's to resume";
}

TEST_F(F90_Transfer, SilenceAfter202EndsInFailure) {
  receive(answer_to(blind(), 202));
  now += seconds(59);
  agent.on_time(now);
  EXPECT_EQ(call().transfer, TransferState::kAccepted);
  now += seconds(1);
  agent.on_time(now);
  EXPECT_EQ(call().transfer_failure, "the transfer failed: the call manager does not tell its outcome");
}

TEST_F(F90_Transfer, ANotifyOfNoTransferIsRefused) {
  first_ = established();
  notify("SIP/2.0 200 OK\r\n");
  EXPECT_EQ(world.next().status, 481);
  EXPECT_EQ(call().state, CallState::kEstablished);
}

TEST_F(F90_Transfer, NonsenseInANotifyDecidesNothing) {
  receive(answer_to(blind(), 202));
  for (const char* fragment : {"HTTP/1.1 200 OK\r\n", "SIP/2.0\r\n", "SIP/2.0 abc\r\n",
                               "SIP/2.0 99999999999999999999 x\r\n", "\r\nSIP/2.0 200 OK\r\n", "x"}) {
    notify(fragment);
    EXPECT_EQ(world.next().status, 200) << fragment;
    EXPECT_EQ(call().transfer, TransferState::kAccepted) << fragment;
  }
}

TEST_F(F90_Transfer, ABadTargetIsRefusedByName) {
  first_ = established();
  const std::string id = call().call;
  EXPECT_EQ(agent.transfer(id, "10 03", "", now).status().message(),
            "a number has 1 to 64 characters: digits, *, #, + and letters");
  EXPECT_EQ(agent.transfer(id, "", id, now).status().message(), "a call is transferred to another one");
  EXPECT_EQ(agent.transfer(id, "", "call-none", now).status().message(), "no such call");
  EXPECT_TRUE(agent.transfer(id, "1003", "", now).ok());
  EXPECT_EQ(agent.transfer(id, "1003", "", now).status().message(), "the call is being transferred already");
}

TEST_F(F90_Transfer, ALostConnectionIsAFailureThatKeepsTheCall) {
  receive(answer_to(blind(), 202));
  agent.flow_down({.flow = world.opened.back().first, .reason = "closed"}, now);
  EXPECT_EQ(call().transfer_failure, "the transfer failed: the connection to the call manager was lost");
  EXPECT_EQ(call().state, CallState::kPreserved);
  EXPECT_TRUE(call().has_user);
}

TEST(TransferState, LeadsFromEveryState) {
  using enum TransferState;
  constexpr std::array kStates{kNone, kHolding, kReferring, kAccepted};
  struct Row {
    TransferEvent event;
    std::array<TransferState, kStates.size()> then;
  };
  const Row rows[] = {{TransferEvent::kAsked, {kHolding, kHolding, kReferring, kAccepted}},
                      {TransferEvent::kHeld, {kNone, kReferring, kReferring, kAccepted}},
                      {TransferEvent::kAccepted, {kNone, kHolding, kAccepted, kAccepted}},
                      {TransferEvent::kOver, {kNone, kNone, kNone, kNone}}};
  for (const Row& row : rows) {
    for (size_t i = 0; i < kStates.size(); ++i)
      EXPECT_EQ(name_of(next(kStates[i], row.event)), name_of(row.then[i])) << "from " << name_of(kStates[i]);
  }
}

TEST_F(F90_Transfer, ARestartInTheMiddleIsToldAndTheCallComesBack) {
  const Message refer = blind();
  receive(answer_to(refer, 202));
  ASSERT_EQ(call().transfer, TransferState::kAccepted);
  StreamSetting kept = world.settings.back();
  FakeUserAgentPort later;
  UserAgent again(later);
  again.configure(test_settings(), now);
  again.restore(world.record, {{kept, 24000}}, now);
  const CallView view = again.view().calls.at(0);
  EXPECT_EQ(view.transfer, TransferState::kNone);
  EXPECT_EQ(view.transfer_failure, "the transfer failed: the phone's signalling was restarted before it was done");
  EXPECT_EQ(view.hold, HoldState::kResuming);
  EXPECT_TRUE(view.has_user);
  ASSERT_FALSE(later.settings.empty());
  EXPECT_TRUE(later.settings.back().has_user);
}

TEST_F(F90_Transfer, ARestartAfterItLeavesNothingToTell) {
  blind();
  ASSERT_TRUE(agent.hang_up(call().call, now).ok());
  EXPECT_EQ(world.record.find("transfer"), std::string::npos);
}

}  // namespace
}  // namespace phone::signaling
