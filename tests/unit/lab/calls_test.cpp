// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The call router: two dialogs a call, security of the weaker leg, and a phone that comes back keeps its call.
#include <gtest/gtest.h>

#include "tests/unit/lab/sip_world.hpp"

namespace phone::lab {
namespace {

constexpr uint64_t kPhone = 1, kFarEnd = 2, kPhoneAgain = 3;
constexpr char kGcm[] = "AEAD_AES_256_GCM";

class LabCalls : public testing::Test {
 protected:
  LabCalls() {
    world_.connect(kPhone, "SEP0A1B2C3D4E5F");
    world_.connect(kFarEnd, "SEP000000001002");
    world_.receive(kPhone, register_text("1001", "SEP0A1B2C3D4E5F"));
    world_.receive(kFarEnd, register_text("1002", "SEP000000001002"));
    EXPECT_EQ(world_.take(kPhone).status, 200);
    EXPECT_EQ(world_.take(kFarEnd).status, 200);
  }

  // The phone calls, the far end answers; leaves both dialogs established.
  void establish(const std::string& answer = srtp_sdp(kGcm)) {
    phone_ = {.call_id = "c1", .from = "<sip:1001@cucm>;tag=me", .to = "<sip:1002@cucm>", .target = "sip:1002@cucm"};
    world_.receive(kPhone, request_text("INVITE", phone_, 101, srtp_sdp(kGcm)));
    EXPECT_EQ(world_.take(kPhone).status, 100);
    invite_ = world_.take(kFarEnd);
    EXPECT_EQ(invite_.method, "INVITE");
    world_.receive(kFarEnd, answer_text(invite_, 180, "callee"));
    EXPECT_EQ(world_.take(kPhone).status, 180);
    world_.receive(kFarEnd, answer_text(invite_, 200, "callee", answer));
    answer_ = world_.take(kPhone);
    EXPECT_EQ(answer_.status, 200);
    phone_.to = answer_.header("To");
    phone_.target = sip_uri(answer_.header("Contact"));
    world_.receive(kPhone, request_text("ACK", phone_, 101));
    EXPECT_EQ(world_.take(kFarEnd).method, "ACK");
    update_ = world_.take(kFarEnd);
    far_end_ = {.call_id = invite_.header("Call-ID"),
                .from = invite_.header("To") + ";tag=callee",
                .to = invite_.header("From"),
                .target = sip_uri(invite_.header("Contact"))};
  }

  SipWorld world_;
  Dialog phone_, far_end_;
  SipMessage invite_, answer_, update_;
};

TEST_F(LabCalls, TheOfferAndTheAnswerGoThroughUnchanged) {
  establish();
  EXPECT_EQ(invite_.body, srtp_sdp(kGcm));
  EXPECT_EQ(answer_.body, srtp_sdp(kGcm));
  EXPECT_NE(invite_.header("Call-ID"), "c1");
}

TEST_F(LabCalls, TheCalledPhoneHearsTheLevelAfterTheAck) {
  establish();
  EXPECT_EQ(update_.method, "UPDATE");
  EXPECT_NE(update_.header("Call-Info").find("security=Encrypted"), std::string::npos);
}

TEST_F(LabCalls, APlainAnswerLowersTheLevelForBoth) {
  establish(rtp_sdp());
  EXPECT_NE(answer_.header("Call-Info").find("security=Authenticated"), std::string::npos);
  EXPECT_NE(update_.header("Call-Info").find("security=Authenticated"), std::string::npos);
}

TEST_F(LabCalls, APhoneThatCameBackHangsUpOverItsNewConnection) {
  establish();
  world_.lose(kPhone);
  world_.connect(kPhoneAgain, "SEP0A1B2C3D4E5F");
  world_.receive(kPhoneAgain, register_text("1001", "SEP0A1B2C3D4E5F"));
  EXPECT_NE(world_.take(kPhoneAgain).header("Contact").find("x-cisco-newreg"), std::string::npos);
  world_.receive(kPhoneAgain, request_text("BYE", phone_, 400));
  EXPECT_EQ(world_.take(kPhoneAgain).status, 200);
  EXPECT_EQ(world_.take(kFarEnd).method, "BYE");
}

TEST_F(LabCalls, AByeForAPhoneThatIsAwayWaitsForItsReturn) {
  establish();
  world_.lose(kPhone);
  world_.receive(kFarEnd, request_text("BYE", far_end_, 7));
  EXPECT_EQ(world_.take(kFarEnd).status, 200);
  world_.connect(kPhoneAgain, "SEP0A1B2C3D4E5F");
  world_.receive(kPhoneAgain, register_text("1001", "SEP0A1B2C3D4E5F"));
  EXPECT_EQ(world_.take(kPhoneAgain).status, 200);
  const SipMessage bye = world_.take(kPhoneAgain);
  EXPECT_EQ(bye.method, "BYE");
  EXPECT_EQ(bye.header("To"), phone_.from);
  EXPECT_EQ(bye.header("From"), phone_.to);
}

TEST_F(LabCalls, AReInviteAfterARestartReachesTheFarEndAndItsAnswerComesBack) {
  establish();
  world_.lose(kPhone);
  world_.connect(kPhoneAgain, "SEP0A1B2C3D4E5F");
  world_.receive(kPhoneAgain, register_text("1001", "SEP0A1B2C3D4E5F"));
  world_.take(kPhoneAgain);
  world_.receive(kPhoneAgain, request_text("INVITE", phone_, 500, srtp_sdp("AES_CM_128_HMAC_SHA1_80")));
  const SipMessage reinvite = world_.take(kFarEnd);
  EXPECT_EQ(reinvite.body, srtp_sdp("AES_CM_128_HMAC_SHA1_80"));
  EXPECT_EQ(reinvite.header("To"), far_end_.from);
  world_.receive(kFarEnd, answer_text(reinvite, 200, "callee", srtp_sdp("AES_CM_128_HMAC_SHA1_80")));
  const SipMessage answer = world_.take(kPhoneAgain);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(sip_cseq(answer), 500u);
  world_.receive(kPhoneAgain, request_text("ACK", phone_, 500));
  const SipMessage ack = world_.take(kFarEnd);
  EXPECT_EQ(ack.method, "ACK");
  EXPECT_EQ(sip_cseq(ack), sip_cseq(reinvite));
}

TEST_F(LabCalls, AnUpdateWithoutABodyIsAnsweredAndNotPassedOn) {
  establish();
  world_.receive(kPhone, request_text("UPDATE", phone_, 102));
  const SipMessage answer = world_.take(kPhone);
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.header("Call-Info").find("security=Encrypted"), std::string::npos);
  EXPECT_TRUE(world_.quiet(kFarEnd));
}

TEST_F(LabCalls, CancelEndsARingingCallOnBothSides) {
  phone_ = {.call_id = "c2", .from = "<sip:1001@cucm>;tag=me", .to = "<sip:1002@cucm>", .target = "sip:1002@cucm"};
  world_.receive(kPhone, request_text("INVITE", phone_, 101, srtp_sdp(kGcm)));
  world_.take(kPhone);
  const SipMessage invite = world_.take(kFarEnd);
  world_.receive(kFarEnd, answer_text(invite, 180, "callee"));
  world_.take(kPhone);
  world_.receive(kPhone, request_text("CANCEL", phone_, 101));
  EXPECT_EQ(world_.take(kPhone).status, 200);
  EXPECT_EQ(world_.take(kPhone).status, 487);
  const SipMessage cancel = world_.take(kFarEnd);
  EXPECT_EQ(cancel.method, "CANCEL");
  EXPECT_EQ(sip_branch(cancel), sip_branch(invite));
  world_.receive(kFarEnd, answer_text(invite, 487, "callee"));
  EXPECT_EQ(world_.take(kFarEnd).method, "ACK");
  EXPECT_TRUE(world_.quiet(kPhone));
}

TEST_F(LabCalls, ABusyFarEndIsReported) {
  phone_ = {.call_id = "c3", .from = "<sip:1001@cucm>;tag=me", .to = "<sip:1002@cucm>", .target = "sip:1002@cucm"};
  world_.receive(kPhone, request_text("INVITE", phone_, 101, srtp_sdp(kGcm)));
  world_.take(kPhone);
  world_.receive(kFarEnd, answer_text(world_.take(kFarEnd), 486, "callee"));
  EXPECT_EQ(world_.take(kFarEnd).method, "ACK");
  EXPECT_EQ(world_.take(kPhone).status, 486);
}

TEST_F(LabCalls, AnUnknownNumberIsNotFound) {
  phone_ = {.call_id = "c4", .from = "<sip:1001@cucm>;tag=me", .to = "<sip:9@cucm>", .target = "sip:9@cucm"};
  world_.receive(kPhone, request_text("INVITE", phone_, 101, srtp_sdp(kGcm)));
  EXPECT_EQ(world_.take(kPhone).status, 100);
  EXPECT_EQ(world_.take(kPhone).status, 404);
}

TEST_F(LabCalls, AnotherDeviceCannotEndTheCall) {
  establish();
  world_.receive(kFarEnd, request_text("BYE", phone_, 400));
  EXPECT_EQ(world_.take(kFarEnd).status, 481);
  EXPECT_TRUE(world_.quiet(kPhone));
}

TEST_F(LabCalls, TwoReInvitesAtOnceGlare) {
  establish();
  world_.receive(kPhone, request_text("INVITE", phone_, 102, srtp_sdp(kGcm)));
  EXPECT_EQ(world_.take(kFarEnd).method, "INVITE");
  world_.receive(kFarEnd, request_text("INVITE", far_end_, 8, srtp_sdp(kGcm)));
  EXPECT_EQ(world_.take(kFarEnd).status, 491);
}

}  // namespace
}  // namespace phone::lab
