// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the call manager does with calls by its options: holds by the far end, delayed offers, names, early media and
// session timers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/unit/lab/sip_world.hpp"

namespace phone::lab {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr uint64_t kPhone = 1, kFarEnd = 2;
constexpr char kGcm[] = "AEAD_AES_256_GCM";

class LabCallOptions : public testing::Test {
 protected:
  LabCallOptions() {
    world_.connect(kPhone, "SEP0A1B2C3D4E5F");
    world_.connect(kFarEnd, "SEP000000001002");
    world_.receive(kPhone, register_text("1001", "SEP0A1B2C3D4E5F"));
    world_.receive(kFarEnd, register_text("1002", "SEP000000001002"));
    world_.take(kPhone);
    world_.take(kFarEnd);
    phone_ = {.call_id = "c1", .from = "<sip:1001@cucm>;tag=me", .to = "<sip:1002@cucm>", .target = "sip:1002@cucm"};
  }

  void call(const std::string& offer = srtp_sdp(kGcm)) {
    world_.receive(kPhone, request_text("INVITE", phone_, 101, offer));
    world_.take(kPhone);
    invite_ = world_.take(kFarEnd);
    ASSERT_EQ(invite_.method, "INVITE");
    world_.receive(kFarEnd, answer_text(invite_, 180, "callee"));
    ringing_ = world_.take(kPhone);
    ASSERT_EQ(ringing_.status, 180);
  }
  void answer(const std::string& answer = srtp_sdp(kGcm)) {
    world_.receive(kFarEnd, answer_text(invite_, 200, "callee", answer));
    answer_ = world_.take(kPhone);
  }
  void acknowledge() {
    phone_.to = answer_.header("To");
    phone_.target = sip_uri(answer_.header("Contact"));
    world_.receive(kPhone, request_text("ACK", phone_, 101));
    ack_ = world_.take(kFarEnd);
    ASSERT_EQ(ack_.method, "ACK");
    update_ = world_.take(kFarEnd);
    ASSERT_EQ(update_.method, "UPDATE");
  }
  void tick(int seconds) { world_.tick(Clock::now() + std::chrono::seconds(seconds)); }

  SipWorld world_;
  Dialog phone_;
  SipMessage invite_, ringing_, answer_, ack_, update_;
};

TEST_F(LabCallOptions, TheFarEndHoldsOnceAndResumes) {
  world_.settings().hold = HoldAs::kSendonly;
  call();
  answer();
  acknowledge();
  tick(4);
  EXPECT_TRUE(world_.quiet(kPhone)) << "not yet";
  tick(6);
  const SipMessage hold = world_.take(kPhone);
  ASSERT_EQ(hold.method, "INVITE");
  EXPECT_EQ(hold.header("Call-ID"), "c1");
  EXPECT_THAT(hold.body, HasSubstr("o=- 1 2 "));
  EXPECT_EQ(direction_of(hold.body), "sendonly");
  tick(7);
  EXPECT_TRUE(world_.quiet(kPhone)) << "one INVITE at a time";
  world_.receive(kPhone, answer_text(hold, 200, "me", held(srtp_sdp(kGcm), HoldAs::kInactive, 1)));
  EXPECT_EQ(world_.take(kPhone).method, "ACK");
  world_.receive(kPhone, answer_text(hold, 200, "me", held(srtp_sdp(kGcm), HoldAs::kInactive, 1)));
  const SipMessage again = world_.take(kPhone);
  EXPECT_EQ(again.method, "ACK");
  EXPECT_EQ(sip_cseq(again), sip_cseq(hold));
  EXPECT_EQ(world_.count("held"), 1u);
  tick(6);
  const SipMessage resume = world_.take(kPhone);
  ASSERT_EQ(resume.method, "INVITE");
  EXPECT_EQ(direction_of(resume.body), "sendrecv");
  EXPECT_THAT(resume.body, HasSubstr("o=- 1 3 "));
  world_.receive(kPhone, answer_text(resume, 200, "me", srtp_sdp(kGcm)));
  EXPECT_EQ(world_.take(kPhone).method, "ACK");
  EXPECT_EQ(world_.count("resumed"), 1u);
  tick(60);
  EXPECT_TRUE(world_.quiet(kPhone)) << "once";
  EXPECT_TRUE(world_.quiet(kFarEnd)) << "the far end is not asked";
}

TEST_F(LabCallOptions, AHoldAndAnInviteOfThePhoneMeet) {
  world_.settings().hold = HoldAs::kInactive;
  call();
  answer();
  acknowledge();
  tick(6);
  const SipMessage hold = world_.take(kPhone);
  world_.receive(kPhone, request_text("INVITE", phone_, 102, srtp_sdp(kGcm)));
  EXPECT_EQ(world_.take(kPhone).status, 491);
  world_.receive(kPhone, answer_text(hold, 491, "me"));
  EXPECT_EQ(world_.take(kPhone).method, "ACK");
  tick(2);
  EXPECT_TRUE(world_.quiet(kPhone)) << "RFC 3261 14.1";
  tick(4);
  EXPECT_EQ(world_.take(kPhone).method, "INVITE");
}

TEST_F(LabCallOptions, AnInviteWithoutAnOfferIsAnsweredInTheAck) {
  world_.settings().delayed_offer = true;
  call();
  EXPECT_EQ(invite_.body, "");
  EXPECT_EQ(invite_.header("Content-Type"), "");
  std::string offer = srtp_sdp(kGcm);
  offer.replace(offer.find("20000"), 5, "30000").replace(offer.find("crypto:1"), 8, "crypto:4");
  answer(offer);
  EXPECT_EQ(answer_.status, 200);
  EXPECT_THAT(answer_.body, HasSubstr("m=audio 30000 RTP/SAVP 0\r\n"));
  EXPECT_THAT(answer_.body, HasSubstr("a=crypto:1 AEAD_AES_256_GCM inline:AAAA"));
  EXPECT_THAT(answer_.header("Call-Info"), HasSubstr("security=Encrypted"));
  acknowledge();
  EXPECT_THAT(ack_.body, HasSubstr("m=audio 20000 RTP/SAVP 0\r\n"));
  EXPECT_THAT(ack_.body, HasSubstr("a=crypto:4 AEAD_AES_256_GCM inline:AAAA"));
}

TEST_F(LabCallOptions, TwoOffersWithoutACommonCodecEndTheCall) {
  world_.settings().delayed_offer = true;
  call();
  std::string offer = rtp_sdp();
  offer.replace(offer.find("AVP 0"), 5, "AVP 8");
  answer(offer);
  EXPECT_EQ(answer_.status, 488);
  EXPECT_EQ(world_.take(kFarEnd).method, "ACK");
  EXPECT_EQ(world_.take(kFarEnd).method, "BYE");
}

TEST_F(LabCallOptions, PartiesAreNamedAndNamedAnewOnceConnected) {
  world_.settings().remote_party_id = true;
  world_.settings().connected_name = "Front Desk";
  call();
  answer();
  const std::string called = "\"Phone 1002\" <sip:1002@127.0.0.1;x-cisco-callback-number=1002>;party=called;";
  EXPECT_THAT(ringing_.header("Remote-Party-ID"), HasSubstr(called));
  EXPECT_THAT(answer_.header("Remote-Party-ID"), HasSubstr(called));
  EXPECT_THAT(invite_.header("Remote-Party-ID"), HasSubstr("\"Phone 1001\" <sip:1001@"));
  EXPECT_THAT(invite_.header("Remote-Party-ID"), HasSubstr(";party=calling;screen=yes;privacy=off"));
  acknowledge();
  EXPECT_THAT(update_.header("Remote-Party-ID"), HasSubstr("\"Front Desk\" <sip:1001@"));
  const SipMessage update = world_.take(kPhone);
  EXPECT_EQ(update.method, "UPDATE");
  EXPECT_THAT(update.header("Remote-Party-ID"), HasSubstr("\"Front Desk\" <sip:1002@"));
}

TEST_F(LabCallOptions, EarlyMediaComesBeforeTheAnswer) {
  world_.settings().early_media_seconds = 3;
  call();
  answer();
  EXPECT_EQ(answer_.status, 183);
  EXPECT_EQ(answer_.body, srtp_sdp(kGcm));
  EXPECT_THAT(answer_.header("Call-Info"), HasSubstr("ui-state=ringout"));
  world_.receive(kFarEnd, answer_text(invite_, 200, "callee", srtp_sdp(kGcm)));
  tick(2);
  EXPECT_TRUE(world_.quiet(kPhone)) << "not yet";
  tick(4);
  answer_ = world_.take(kPhone);
  EXPECT_EQ(answer_.status, 200);
  EXPECT_EQ(answer_.body, srtp_sdp(kGcm));
  acknowledge();
}

TEST_F(LabCallOptions, ShortSessionIntervalsAreRefused) {
  world_.settings().min_se = 1800;
  std::string invite = request_text("INVITE", phone_, 101, srtp_sdp(kGcm));
  invite.insert(invite.find("Allow:"), "Supported: timer\r\nSession-Expires: 90\r\n");
  world_.receive(kPhone, invite);
  const SipMessage refused = world_.take(kPhone);
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.header("Min-SE"), "1800");
  EXPECT_TRUE(world_.quiet(kFarEnd));
  invite.replace(invite.find(": 90"), 4, ": 2000");
  world_.receive(kPhone, invite);
  EXPECT_EQ(world_.take(kPhone).status, 100);
  invite_ = world_.take(kFarEnd);
  EXPECT_EQ(invite_.header("Session-Expires"), "1800;refresher=uas");
  EXPECT_EQ(invite_.header("Min-SE"), "1800");
  EXPECT_THAT(invite_.header("Supported"), HasSubstr("timer"));
  answer();
  EXPECT_EQ(answer_.header("Session-Expires"), "2000;refresher=uac");
  EXPECT_EQ(answer_.header("Require"), "timer");
}

TEST_F(LabCallOptions, RingingIsReliableForACallerThatSupportsIt) {
  world_.settings().reliable_ringing = true;
  std::string invite = request_text("INVITE", phone_, 101, srtp_sdp(kGcm));
  invite.insert(invite.find("Allow:"), "Supported: timer,100rel\r\n");
  world_.receive(kPhone, invite);
  EXPECT_EQ(world_.take(kPhone).status, 100);
  world_.receive(kFarEnd, answer_text(world_.take(kFarEnd), 180, "callee"));
  const SipMessage ringing = world_.take(kPhone);
  EXPECT_EQ(ringing.header("Require"), "100rel");
  phone_.to = ringing.header("To");
  world_.receive(kPhone, request_text("PRACK", phone_, 102, "", "RAck: 1 101 INVITE\r\n"));
  EXPECT_EQ(world_.take(kPhone).status, 481);
  EXPECT_FALSE(world_.last("prack").value("right", true));
  world_.receive(kPhone, request_text("PRACK", phone_, 103, "",
                                      absl::StrCat("RAck: ", ringing.header("RSeq"), " 101 INVITE\r\n")));
  EXPECT_EQ(world_.take(kPhone).status, 200);
  EXPECT_TRUE(world_.last("prack").value("right", false));
}

TEST_F(LabCallOptions, WithoutOptionsNothingIsAdded) {
  call();
  answer();
  acknowledge();
  tick(60);
  for (const SipMessage* message : {&invite_, &ringing_, &answer_, &update_}) {
    for (const char* name : {"Remote-Party-ID", "Session-Expires", "Min-SE", "Require", "RSeq"}) {
      EXPECT_EQ(message->header(name), "") << message->text();
    }
  }
  EXPECT_THAT(invite_.header("Supported"), Not(HasSubstr("timer")));
  EXPECT_TRUE(world_.quiet(kPhone));
}

TEST_F(LabCallOptions, ACodeIsAskedForBeforeTheCallGoesOn) {
  world_.settings().kpml = AskForKeys::kCode;
  world_.receive(kPhone, request_text("INVITE", phone_, 101, srtp_sdp(kGcm)));
  EXPECT_EQ(world_.take(kPhone).status, 100);
  const SipMessage subscribe = world_.take(kPhone);
  EXPECT_EQ(subscribe.method, "SUBSCRIBE");
  EXPECT_EQ(subscribe.header("Event"), "kpml");
  EXPECT_THAT(subscribe.body, HasSubstr("<regex tag=\"Backspace OK\">[x*#+]|bs</regex>"));
  world_.receive(kPhone, answer_text(subscribe, 200, "me"));
  EXPECT_TRUE(world_.quiet(kFarEnd));
  Dialog dialog = phone_;
  dialog.to = subscribe.header("From");
  unsigned cseq = 102;
  for (const char* digit : {"4", "2", "#"}) {
    world_.receive(
        kPhone, request_text("NOTIFY", dialog, cseq++,
                             std::string("<kpml-response code=\"200\" digits=\"") + digit + "\"/>", "Event: kpml\r\n"));
    EXPECT_EQ(world_.take(kPhone).status, 200);
  }
  EXPECT_EQ(world_.take(kPhone).header("Expires"), "0");
  EXPECT_EQ(world_.take(kFarEnd).method, "INVITE");
  EXPECT_EQ(world_.last("keys")["pressed"], "42");
}

}  // namespace
}  // namespace phone::lab
