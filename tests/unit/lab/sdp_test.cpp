// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The call manager's own descriptions: a hold made of the far end's, and the answers between two offers.
#include "tools/lab/sip/sdp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/lab/sip/sdp_answer.hpp"

namespace phone::lab {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kPhone[] =
    "v=0\r\no=Cisco-SIPUA 77 3 IN IP4 10.77.0.2\r\ns=SIP Call\r\nt=0 0\r\nm=audio 20000 RTP/SAVP 114 9 0 8 101\r\n"
    "c=IN IP4 10.77.0.2\r\na=rtpmap:114 opus/48000/2\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=crypto:1 AEAD_AES_256_GCM inline:PHONE256\r\n"
    "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:PHONE80|2^31\r\na=sendrecv\r\n";
constexpr char kFarEnd[] =
    "v=0\r\no=- 5 9 IN IP4 10.77.0.3\r\ns=-\r\nc=IN IP4 10.77.0.3\r\nt=0 0\r\nm=audio 30000 RTP/SAVP 8 0 101\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:FAR80\r\na=sendonly\r\n";

TEST(LabSdp, AHoldKeepsTheSessionAndRaisesItsVersion) {
  const std::string made = held(kPhone, HoldAs::kSendonly, 2);
  EXPECT_THAT(made, HasSubstr("o=Cisco-SIPUA 77 5 IN IP4 10.77.0.2\r\n"));
  EXPECT_THAT(made, HasSubstr("c=IN IP4 10.77.0.2\r\n"));
  EXPECT_THAT(made, Not(HasSubstr("sendrecv")));
  EXPECT_EQ(direction_of(made), "sendonly");
  EXPECT_EQ(direction_of(held(kPhone, HoldAs::kInactive, 1)), "inactive");
  EXPECT_EQ(direction_of(held(kFarEnd, HoldAs::kNone, 1)), "sendrecv");
}

TEST(LabSdp, TheOldHoldHasNoAddress) {
  const std::string made = held(kPhone, HoldAs::kZeroAddress, 1);
  EXPECT_THAT(made, HasSubstr("c=IN IP4 0.0.0.0\r\n"));
  EXPECT_THAT(made, Not(HasSubstr("c=IN IP4 10.77.0.2")));
  EXPECT_EQ(direction_of(made), "inactive");
}

TEST(LabSdp, EachMediaSectionIsHeld) {
  const std::string made = held(std::string(kPhone) + "m=video 0 RTP/SAVP 97\r\na=sendrecv\r\n", HoldAs::kInactive, 1);
  EXPECT_LT(made.find("a=inactive"), made.find("m=video"));
  EXPECT_GT(made.rfind("a=inactive"), made.find("m=video"));
}

TEST(LabSdp, AnAnswerHasTheOffersCodecAndTagAndTheOthersAddressAndKey) {
  const auto to_phone = answer_between(kPhone, kFarEnd);
  ASSERT_TRUE(to_phone);
  EXPECT_THAT(*to_phone, HasSubstr("c=IN IP4 10.77.0.3\r\n"));
  EXPECT_THAT(*to_phone, HasSubstr("m=audio 30000 RTP/SAVP 0 101\r\n"));
  EXPECT_THAT(*to_phone, HasSubstr("a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:FAR80\r\n"));
  EXPECT_THAT(*to_phone, Not(HasSubstr("GCM")));
  EXPECT_EQ(direction_of(*to_phone), "sendonly");
  const auto to_far_end = answer_between(kFarEnd, kPhone);
  ASSERT_TRUE(to_far_end);
  EXPECT_THAT(*to_far_end, HasSubstr("m=audio 20000 RTP/SAVP 8 101\r\n"));
  EXPECT_THAT(*to_far_end, HasSubstr("a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:PHONE80\r\n"));
}

TEST(LabSdp, WithoutACommonSuiteTheAnswerIsPlainRtp) {
  const auto made =
      answer_between(kPhone, "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nc=IN IP4 1.2.3.4\r\nm=audio 4000 RTP/AVP 0\r\n");
  ASSERT_TRUE(made);
  EXPECT_THAT(*made, HasSubstr("m=audio 4000 RTP/AVP 0\r\n"));
  EXPECT_THAT(*made, Not(HasSubstr("crypto")));
}

TEST(LabSdp, WithoutACommonCodecThereIsNoAnswer) {
  EXPECT_FALSE(answer_between(kPhone,
                              "v=0\r\nc=IN IP4 1.2.3.4\r\nm=audio 4000 RTP/AVP 18 101\r\n"
                              "a=rtpmap:101 telephone-event/8000\r\n"));
  EXPECT_FALSE(
      answer_between(kPhone, "v=0\r\nc=IN IP4 1.2.3.4\r\nm=audio 4000 RTP/AVP 114\r\na=rtpmap:114 speex/8000\r\n"));
}

TEST(LabSdp, OfTwoAudioLinesTheSecureOneIsAnsweredAndTheOtherRefused) {
  const std::string two = std::string(kPhone) + "m=audio 20002 RTP/AVP 0\r\nm=video 0 RTP/AVP 97\r\n";
  const std::string reversed = "v=0\r\nc=IN IP4 10.77.0.2\r\nm=audio 20002 RTP/AVP 0\r\n" +
                               std::string(kPhone).substr(std::string(kPhone).find("m=audio"));
  const auto first = answer_between(two, kFarEnd), second = answer_between(reversed, kFarEnd);
  ASSERT_TRUE(first && second);
  EXPECT_THAT(*first, HasSubstr("m=audio 30000 RTP/SAVP 0 101\r\n"));
  EXPECT_THAT(*first, HasSubstr("a=sendonly\r\nm=audio 0 RTP/AVP 0\r\nm=video 0 RTP/AVP 97\r\n"));
  EXPECT_THAT(*second, HasSubstr("m=audio 0 RTP/AVP 0\r\nm=audio 30000 RTP/SAVP 0 101\r\n"));
}

TEST(LabSdp, NobodyTakesAnyOfferAndHoldsIt) {
  const auto made = answer_offer(kPhone, nobody_at("[2001:db8::1]"));
  ASSERT_TRUE(made);
  EXPECT_THAT(*made, HasSubstr("c=IN IP6 2001:db8::1\r\n"));
  EXPECT_THAT(*made, HasSubstr("m=audio 9 RTP/SAVP 0 101\r\n"));
  EXPECT_THAT(*made, HasSubstr("a=crypto:1 AEAD_AES_256_GCM inline:"));
  EXPECT_EQ(direction_of(*made), "inactive");
}

}  // namespace
}  // namespace phone::lab
