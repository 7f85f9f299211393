// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A phone asks for a transfer (RFC 3515, RFC 3891): which calls are connected, and which NOTIFYs the phone receives.
#include <gtest/gtest.h>

#include "tests/unit/lab/sip_world.hpp"

namespace phone::lab {
namespace {

constexpr uint64_t kReferrer = 1, kFirst = 2, kSecond = 3;
constexpr char kActive[] = "active;expires=60", kTerminated[] = "terminated;reason=noresource";

std::string sdp_of(const std::string& who) {
  return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=" + who +
         "\r\nc=IN IP4 127.0.0.9\r\nt=0 0\r\nm=audio 20000 RTP/SAVP 9 0\r\n"
         "a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:" +
         who + "\r\n";
}

class LabRefer : public testing::Test {
 protected:
  struct End {
    uint64_t flow = 0;
    Dialog dialog;
  };
  struct Pair {
    End phone, other;
    SipMessage invite;  // as the other got it
  };

  LabRefer() {
    const char* devices[] = {"SEP0A1B2C3D4E5F", "SEP000000001002", "SEP000000001003"};
    for (uint64_t flow = kReferrer; flow <= kSecond; ++flow) {
      world_.connect(flow, devices[flow - 1]);
      world_.receive(flow, register_text(std::to_string(1000 + flow), devices[flow - 1]));
      EXPECT_EQ(world_.take(flow).status, 200);
    }
  }

  // The phone calls; the other end rings.
  Pair ring(uint64_t flow) {
    const std::string number = std::to_string(1000 + flow);
    Pair pair;
    pair.phone = {kReferrer,
                  {.call_id = "c" + number + "@phone",
                   .from = "<sip:1001@cucm>;tag=me" + number,
                   .to = "<sip:" + number + "@cucm>",
                   .target = "sip:" + number + "@cucm"}};
    world_.receive(kReferrer, request_text("INVITE", pair.phone.dialog, 101, sdp_of("phone")));
    EXPECT_EQ(world_.take(kReferrer).status, 100);
    pair.invite = world_.take(flow);
    world_.receive(flow, answer_text(pair.invite, 180, "callee"));
    const SipMessage ringing = world_.take(kReferrer);
    EXPECT_EQ(ringing.status, 180);
    pair.phone.dialog.to = ringing.header("To");
    pair.other = {flow,
                  {.call_id = pair.invite.header("Call-ID"),
                   .from = pair.invite.header("To") + ";tag=callee",
                   .to = pair.invite.header("From"),
                   .target = "sip:lab"}};
    return pair;
  }

  Pair establish(uint64_t flow) {
    Pair pair = ring(flow);
    world_.receive(flow, answer_text(pair.invite, 200, "callee", sdp_of("callee")));
    EXPECT_EQ(world_.take(kReferrer).status, 200);
    world_.receive(kReferrer, request_text("ACK", pair.phone.dialog, 101));
    EXPECT_EQ(take(flow).method, "ACK");
    return pair;
  }

  static std::string replacing(const Dialog& dialog) {
    return "Refer-To: <sip:1003@cucm?Replaces=" + dialog.call_id.substr(0, dialog.call_id.find('@')) +
           "%40phone%3Bto-tag%3D" + sip_parameter(dialog.to, "tag") + "%3Bfrom-tag%3D" +
           sip_parameter(dialog.from, "tag") + ">\r\n";
  }

  void refer(const End& phone, const std::string& refer_to) {
    world_.receive(phone.flow, request_text("REFER", phone.dialog, 110, "", refer_to));
  }

  // The next message of the flow that is not the UPDATE about the other party.
  SipMessage take(uint64_t flow) {
    SipMessage message = world_.take(flow);
    return message.method == "UPDATE" ? world_.take(flow) : message;
  }

  // The next message for the phone is a NOTIFY in this dialog; its body.
  std::string notified(const End& phone, const char* state) {
    const SipMessage notify = take(kReferrer);
    EXPECT_EQ(notify.method, "NOTIFY") << notify.text();
    EXPECT_EQ(notify.header("Event"), "refer");
    EXPECT_EQ(notify.header("Subscription-State"), state);
    EXPECT_EQ(notify.header("Content-Type"), notify.body.empty() ? "" : "message/sipfrag");
    EXPECT_EQ(notify.header("Call-ID"), phone.dialog.call_id);
    EXPECT_EQ(notify.header("To"), phone.dialog.from);
    EXPECT_EQ(notify.header("From"), phone.dialog.to);
    return notify.body;
  }

  void accepted(const End& phone) {
    EXPECT_EQ(take(kReferrer).status, 202);
    EXPECT_EQ(notified(phone, kActive), "SIP/2.0 100 Trying\r\n");
  }

  // The first party is asked for an offer, which the second gets and answers. True when all is as it should be.
  void connect(const Pair& first, const Dialog* second, int rings = 0) {
    const SipMessage asked = take(kFirst);
    EXPECT_EQ(asked.method, "INVITE");
    EXPECT_EQ(asked.header("Call-ID"), first.other.dialog.call_id);
    EXPECT_TRUE(asked.body.empty());
    world_.receive(kFirst, answer_text(asked, 200, "callee", sdp_of("offer")));
    offered_ = take(kSecond);
    EXPECT_EQ(offered_.method, "INVITE");
    EXPECT_EQ(offered_.body, sdp_of("offer"));
    EXPECT_NE(offered_.header("Remote-Party-ID").find("sip:1002@"), std::string::npos);
    if (second != nullptr) {
      EXPECT_EQ(offered_.header("To"), second->from);
    }
    if (rings != 0) {
      world_.receive(kSecond, answer_text(offered_, rings, "third"));
      EXPECT_EQ(notified(first.phone, kActive), "SIP/2.0 180 Ringing\r\n");
    }
    world_.receive(kSecond, answer_text(offered_, 200, second != nullptr ? "callee" : "third", sdp_of("answer")));
    EXPECT_EQ(take(kSecond).method, "ACK");
    const SipMessage ack = world_.take(kFirst);
    EXPECT_EQ(ack.method, "ACK");
    EXPECT_EQ(sip_cseq(ack), sip_cseq(asked));
    EXPECT_EQ(ack.body, sdp_of("answer"));
    const SipMessage update = world_.take(kFirst);
    EXPECT_EQ(update.method, "UPDATE");
    EXPECT_NE(update.header("Remote-Party-ID").find("sip:1003@"), std::string::npos);
  }

  // The first and the second party are in one call.
  void talk(const Pair& first) {
    world_.receive(kFirst, request_text("BYE", first.other.dialog, 900));
    EXPECT_EQ(take(kFirst).status, 200);
    EXPECT_EQ(take(kSecond).method, "BYE");
    EXPECT_TRUE(world_.quiet(kReferrer));
  }

  // The first party is held still, and the phone has its call with it.
  void still_up(const Pair& first) {
    world_.receive(kReferrer, request_text("INVITE", first.phone.dialog, 120, sdp_of("resumed")));
    const SipMessage resumed = take(kFirst);
    EXPECT_EQ(resumed.body, sdp_of("resumed"));
    world_.receive(kFirst, answer_text(resumed, 200, "callee", sdp_of("callee")));
    EXPECT_EQ(take(kReferrer).status, 200);
  }

  SipWorld world_;
  SipMessage offered_;
};

TEST_F(LabRefer, AnAttendedTransferConnectsTheOthersAndEndsBothCallsOfThePhone) {
  const Pair first = establish(kFirst), second = establish(kSecond);
  refer(first.phone, replacing(second.phone.dialog));
  accepted(first.phone);
  EXPECT_EQ(world_.last("refer").value("kind", ""), "attended");
  EXPECT_EQ(world_.last("refer").value("target", ""), "1003");
  connect(first, &second.other.dialog);
  EXPECT_EQ(notified(first.phone, kTerminated), "SIP/2.0 200 OK\r\n");
  const SipMessage bye = take(kReferrer);
  EXPECT_EQ(bye.method, "BYE");
  EXPECT_EQ(bye.header("Call-ID"), second.phone.dialog.call_id);
  EXPECT_EQ(world_.last("refer-done").value("status", 0), 200);
  world_.receive(kReferrer, request_text("BYE", first.phone.dialog, 111));
  EXPECT_EQ(take(kReferrer).status, 200);
  EXPECT_EQ(world_.count("referrer-left"), 1U);
  EXPECT_TRUE(world_.quiet(kFirst));
  talk(first);
}

TEST_F(LabRefer, APhoneThatDoesNotHangUpAfterItsTransferIsHungUp) {
  const Pair first = establish(kFirst), second = establish(kSecond);
  refer(first.phone, replacing(second.phone.dialog));
  accepted(first.phone);
  connect(first, &second.other.dialog);
  notified(first.phone, kTerminated);
  take(kReferrer);
  world_.tick(Clock::now() + std::chrono::seconds(2));
  EXPECT_TRUE(world_.quiet(kReferrer));
  world_.tick(Clock::now() + std::chrono::seconds(4));
  const SipMessage bye = take(kReferrer);
  EXPECT_EQ(bye.method, "BYE");
  EXPECT_EQ(bye.header("Call-ID"), first.phone.dialog.call_id);
}

TEST_F(LabRefer, APartyThatStillRingsIsTakenFromThePhoneAndConnectedWhenItAnswers) {
  const Pair first = establish(kFirst), second = ring(kSecond);
  refer(first.phone, replacing(second.phone.dialog));
  accepted(first.phone);
  EXPECT_EQ(notified(first.phone, kActive), "SIP/2.0 180 Ringing\r\n");
  const SipMessage refusal = take(kReferrer);
  EXPECT_EQ(refusal.status, 500);
  EXPECT_EQ(refusal.header("Call-ID"), second.phone.dialog.call_id);
  world_.receive(kReferrer, request_text("ACK", second.phone.dialog, 101));
  EXPECT_TRUE(world_.quiet(kSecond));
  EXPECT_EQ(take(kFirst).method, "");
  world_.receive(kSecond, answer_text(second.invite, 200, "callee", sdp_of("callee")));
  EXPECT_EQ(take(kSecond).method, "ACK");
  connect(first, &second.other.dialog);
  EXPECT_EQ(notified(first.phone, kTerminated), "SIP/2.0 200 OK\r\n");
  EXPECT_TRUE(world_.quiet(kReferrer));
  talk(first);
}

TEST_F(LabRefer, APartyThatRingsAndRefusesFailsTheTransfer) {
  const Pair first = establish(kFirst), second = ring(kSecond);
  refer(first.phone, replacing(second.phone.dialog));
  accepted(first.phone);
  notified(first.phone, kActive);
  EXPECT_EQ(take(kReferrer).status, 500);
  world_.receive(kSecond, answer_text(second.invite, 486, "callee"));
  EXPECT_EQ(take(kSecond).method, "ACK");
  EXPECT_EQ(notified(first.phone, kTerminated), "SIP/2.0 486 Busy Here\r\n");
  still_up(first);
}

TEST_F(LabRefer, APartyThatRingsIsCancelledWhenTheFirstHangsUp) {
  const Pair first = establish(kFirst), second = ring(kSecond);
  refer(first.phone, replacing(second.phone.dialog));
  accepted(first.phone);
  notified(first.phone, kActive);
  EXPECT_EQ(take(kReferrer).status, 500);
  world_.receive(kFirst, request_text("BYE", first.other.dialog, 900));
  EXPECT_EQ(take(kFirst).status, 200);
  EXPECT_EQ(take(kSecond).method, "CANCEL");
  EXPECT_EQ(notified(first.phone, kTerminated), "SIP/2.0 487 Request Terminated\r\n");
  EXPECT_EQ(take(kReferrer).method, "BYE");
}

TEST_F(LabRefer, ABlindTransferRingsTheTargetWithTheOfferOfTheFirst) {
  const Pair first = establish(kFirst);
  refer(first.phone, "Refer-To: <sip:1003@cucm>\r\n");
  accepted(first.phone);
  EXPECT_EQ(world_.last("refer").value("kind", ""), "blind");
  connect(first, nullptr, 180);
  EXPECT_EQ(notified(first.phone, kTerminated), "SIP/2.0 200 OK\r\n");
  EXPECT_TRUE(world_.quiet(kReferrer));
  world_.receive(kReferrer, request_text("BYE", first.phone.dialog, 111));
  EXPECT_EQ(take(kReferrer).status, 200);
  talk(first);
}

TEST_F(LabRefer, APhoneMayHangUpBeforeTheTargetAnswers) {
  const Pair first = establish(kFirst);
  refer(first.phone, "Refer-To: <sip:1003@cucm>\r\n");
  accepted(first.phone);
  world_.receive(kReferrer, request_text("BYE", first.phone.dialog, 111));
  EXPECT_EQ(take(kReferrer).status, 200);
  connect(first, nullptr);
  EXPECT_TRUE(world_.quiet(kReferrer));
  talk(first);
}

TEST_F(LabRefer, AnUnknownTargetIsReportedAndTheFirstPartyIsLeftAlone) {
  const Pair first = establish(kFirst);
  refer(first.phone, "Refer-To: <sip:9@cucm>\r\n");
  accepted(first.phone);
  EXPECT_EQ(notified(first.phone, kTerminated), "SIP/2.0 404 Not Found\r\n");
  EXPECT_EQ(world_.last("refer-done").value("status", 0), 404);
  EXPECT_EQ(take(kFirst).method, "");
  still_up(first);
}

TEST_F(LabRefer, ABusyTargetIsReportedAndTheOfferIsAnsweredInactive) {
  const Pair first = establish(kFirst);
  refer(first.phone, "Refer-To: <sip:1003@cucm>\r\n");
  accepted(first.phone);
  world_.receive(kFirst, answer_text(take(kFirst), 200, "callee", sdp_of("offer")));
  world_.receive(kSecond, answer_text(take(kSecond), 486, "third"));
  EXPECT_EQ(take(kSecond).method, "ACK");
  EXPECT_EQ(notified(first.phone, kTerminated), "SIP/2.0 486 Busy Here\r\n");
  const SipMessage ack = take(kFirst);
  EXPECT_EQ(ack.method, "ACK");
  EXPECT_NE(ack.body.find("m=audio 9 RTP/SAVP 0\r\na=rtpmap:0 pcmu/8000\r\na=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:"),
            std::string::npos)
      << ack.body;
  EXPECT_NE(ack.body.find("a=inactive\r\n"), std::string::npos);
  EXPECT_TRUE(world_.quiet(kSecond));
  still_up(first);
}

TEST_F(LabRefer, ATargetThatDoesNotAnswerIsCancelledBeforeTheOfferIsTooOld) {
  const Pair first = establish(kFirst);
  refer(first.phone, "Refer-To: <sip:1003@cucm>\r\n");
  accepted(first.phone);
  world_.receive(kFirst, answer_text(take(kFirst), 200, "callee", sdp_of("offer")));
  const SipMessage invite = take(kSecond);
  world_.tick(Clock::now() + std::chrono::seconds(24));
  EXPECT_TRUE(world_.quiet(kReferrer));
  world_.tick(Clock::now() + std::chrono::seconds(26));
  EXPECT_EQ(notified(first.phone, kTerminated), "SIP/2.0 480 Temporarily Unavailable\r\n");
  const SipMessage cancel = take(kSecond);
  EXPECT_EQ(cancel.method, "CANCEL");
  EXPECT_EQ(sip_branch(cancel), sip_branch(invite));
  world_.receive(kSecond, answer_text(invite, 200, "third", sdp_of("late")));  // they crossed
  EXPECT_EQ(take(kSecond).method, "ACK");
  EXPECT_EQ(take(kSecond).method, "BYE");
  EXPECT_EQ(take(kFirst).method, "ACK");
  still_up(first);
}

TEST_F(LabRefer, ReplacesOfNoDialogIsReported) {
  const Pair first = establish(kFirst), second = establish(kSecond);
  Dialog wrong = second.phone.dialog;
  wrong.to = "<sip:1003@cucm>;tag=another";
  refer(first.phone, replacing(wrong));
  accepted(first.phone);
  EXPECT_EQ(notified(first.phone, kTerminated), "SIP/2.0 481 Call/Transaction Does Not Exist\r\n");
  still_up(first);
}

TEST_F(LabRefer, TagsTheOtherWayRoundAreNoDialog) {
  const Pair first = establish(kFirst), second = establish(kSecond);
  Dialog turned = second.phone.dialog;
  std::swap(turned.from, turned.to);
  refer(first.phone, replacing(turned));
  accepted(first.phone);
  EXPECT_EQ(notified(first.phone, kTerminated), "SIP/2.0 481 Call/Transaction Does Not Exist\r\n");
}

TEST_F(LabRefer, APhoneCannotReferAnothersDialog) {
  const Pair first = establish(kFirst);
  End stranger = first.phone;
  stranger.flow = kSecond;
  refer(stranger, "Refer-To: <sip:1003@cucm>\r\n");
  EXPECT_EQ(take(kSecond).status, 403);
  EXPECT_TRUE(world_.quiet(kReferrer));
  EXPECT_EQ(take(kFirst).method, "");
}

TEST_F(LabRefer, AnOrderedRefusalIsTheAnswer) {
  world_.settings().refer_refuse = 603;
  const Pair first = establish(kFirst);
  refer(first.phone, "Refer-To: <sip:1003@cucm>\r\n");
  EXPECT_EQ(take(kReferrer).status, 603);
  EXPECT_EQ(world_.last("refer-done").value("status", 0), 603);
  EXPECT_TRUE(world_.quiet(kReferrer));
}

TEST_F(LabRefer, AnOrderedStatusIsTheLastNotifyAndNothingIsDone) {
  world_.settings().refer_status = 503;
  const Pair first = establish(kFirst);
  refer(first.phone, "Refer-To: <sip:1003@cucm>\r\n");
  accepted(first.phone);
  EXPECT_EQ(notified(first.phone, kTerminated), "SIP/2.0 503 Service Unavailable\r\n");
  EXPECT_TRUE(world_.quiet(kSecond));
  still_up(first);
}

TEST_F(LabRefer, OrderedSilenceFollowsTheAcceptance) {
  world_.settings().refer_silent = true;
  const Pair first = establish(kFirst);
  refer(first.phone, "Refer-To: <sip:1003@cucm>\r\n");
  EXPECT_EQ(take(kReferrer).status, 202);
  EXPECT_TRUE(world_.quiet(kReferrer));
  still_up(first);
}

TEST_F(LabRefer, AnEmptyLastNotifyIsASuccessOfAnAttendedTransfer) {
  world_.settings().refer_empty = true;
  const Pair first = establish(kFirst), second = establish(kSecond);
  refer(first.phone, replacing(second.phone.dialog));
  accepted(first.phone);
  connect(first, &second.other.dialog);
  EXPECT_EQ(notified(first.phone, kTerminated), "");
  EXPECT_EQ(take(kReferrer).method, "BYE");
  talk(first);
}

TEST_F(LabRefer, AnEmptyLastNotifyIsAFailureOfABlindTransfer) {
  world_.settings().refer_empty = true;
  const Pair first = establish(kFirst);
  refer(first.phone, "Refer-To: <sip:1003@cucm>\r\n");
  accepted(first.phone);
  EXPECT_EQ(notified(first.phone, kTerminated), "");
  EXPECT_TRUE(world_.quiet(kSecond));
  still_up(first);
}

}  // namespace
}  // namespace phone::lab
