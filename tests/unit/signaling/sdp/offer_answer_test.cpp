// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F20: the acceptable line and codec are chosen, not the first, and what is refused is refused by name.
#include "services/signaling/sdp/offer_answer.hpp"

#include <gtest/gtest.h>

#include "services/signaling/sdp/write_sdp.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr char kSdpHead[] = "v=0\r\no=- 1 1 IN IP4 192.0.2.200\r\ns=-\r\nc=IN IP4 192.0.2.200\r\nt=0 0\r\n";
const std::string kSdpKey = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + std::string(40, 'A') + "\r\n";
const std::string kSecureLine = "m=audio 4002 RTP/SAVP 0\r\n" + kSdpKey;
constexpr char kClearLine[] = "m=audio 4000 RTP/AVP 0\r\n";

LocalSession own_session(const std::string& address = "192.0.2.99") {
  return {address, 24000, 7, 1, {"opus", "PCMU", "PCMA"}, {}, Direction::kSendReceive};
}
MediaRules media_rules(bool encrypted = true, bool fallback = false) {
  return {.codecs = own_session().codecs,
          .suites = {"AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_80"},
          .encrypted = encrypted,
          .fallback = fallback};
}
absl::StatusOr<Answered> answer_of(const std::string& sdp, const MediaRules& rules,
                                   const LocalSession& local = own_session()) {
  const auto offer = parse_sdp(sdp);
  EXPECT_TRUE(offer.ok()) << offer.status();
  return answer_offer(*offer, local, rules, nullptr,
                      [](size_t octets) { return crypto::Secret(std::string(octets, 'o')); });
}
std::string text_of_formats(const std::vector<Format>& formats) {
  std::string text;
  for (const Format& format : formats) text += cat(static_cast<int>(format.payload_type), "=", rtpmap_of(format), " ");
  return text;
}
std::string text_of_ports(const std::string& sdp) {
  std::string text;
  const auto session = parse_sdp(sdp);
  for (const MediaLine& media : session->media)
    text += cat(media.type, " ", static_cast<int>(media.port), " ", media.protocol, ", ");
  return text;
}

struct LineRow {
  const char* name;
  std::string media;
  bool encrypted, fallback;
  std::string answered;  // its media lines, or why there is no answer
};
class OfferedLines : public testing::TestWithParam<LineRow> {};

TEST_P(OfferedLines, TheAcceptableOneIsTaken) {
  const LineRow& row = GetParam();
  const auto answer = answer_of(kSdpHead + row.media, media_rules(row.encrypted, row.fallback));
  if (!answer.ok()) {
    EXPECT_EQ(answer.status().message(), row.answered);
    return;
  }
  EXPECT_EQ(text_of_ports(answer->sdp), row.answered);
  EXPECT_EQ(answer->negotiated.remote_port, parse_sdp(kSdpHead + row.media)->media[answer->negotiated.line].port);
  EXPECT_EQ(answer->negotiated.transmit.suite.empty(), row.answered.find("24000 RTP/AVP") != std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, OfferedLines,
    testing::Values(
        LineRow{"ClearThenSecure", kClearLine + kSecureLine, true, false, "audio 0 RTP/AVP, audio 24000 RTP/SAVP, "},
        LineRow{"SecureThenClear", kSecureLine + kClearLine, true, false, "audio 24000 RTP/SAVP, audio 0 RTP/AVP, "},
        LineRow{"SecureIsPreferredWithFallback", kClearLine + kSecureLine, true, true,
                "audio 0 RTP/AVP, audio 24000 RTP/SAVP, "},
        LineRow{"ClearByFallback", std::string("m=audio 4002 RTP/SAVP 0\r\n") + kClearLine, true, true,
                "audio 0 RTP/SAVP, audio 24000 RTP/AVP, "},
        LineRow{"ClearForANonsecurePhone", kSecureLine + kClearLine, false, false,
                "audio 0 RTP/SAVP, audio 24000 RTP/AVP, "},
        LineRow{"ARefusedLineIsNoChoice", "m=audio 0 RTP/SAVP 0\r\n" + kSdpKey + kSecureLine, true, false,
                "audio 0 RTP/SAVP, audio 24000 RTP/SAVP, "},
        LineRow{"BehindVideo", "m=video 5000 RTP/SAVP 96\r\n" + kSecureLine + "m=application 9 UDP/BFCP *\r\n", true,
                false, "video 0 RTP/SAVP, audio 24000 RTP/SAVP, application 0 UDP/BFCP, "},
        LineRow{"TheSecondCodec", "m=audio 4000 RTP/SAVP 18\r\n" + kSdpKey + kSecureLine, true, false,
                "audio 0 RTP/SAVP, audio 24000 RTP/SAVP, "},
        LineRow{"WithFeedback", "m=audio 4002 RTP/SAVPF 0\r\n" + kSdpKey, true, false, "audio 24000 RTP/SAVPF, "},
        LineRow{"DtlsIsNoSdes", "m=audio 4002 UDP/TLS/RTP/SAVP 0\r\n" + kSecureLine, true, false,
                "audio 0 UDP/TLS/RTP/SAVP, audio 24000 RTP/SAVP, "},
        LineRow{"OnlyClear", kClearLine, true, false, "RTP is offered, and this phone requires SRTP"},
        LineRow{"BothForTheirReasons", std::string(kClearLine) + "m=audio 4002 RTP/SAVP 0\r\n", true, false,
                "no SRTP crypto suite in common; RTP is offered, and this phone requires SRTP"},
        LineRow{"NoUsableKey", "m=audio 4002 RTP/SAVP 0\r\na=crypto:1 F8_128_HMAC_SHA1_80 inline:x\r\n", true, false,
                "no SRTP crypto suite in common: unsupported crypto suite F8_128_HMAC_SHA1_80"},
        LineRow{"NoAudio", "m=video 5000 RTP/AVP 96\r\n", true, false, "the offer has no audio"}),
    [](const auto& row) { return row.param.name; });

struct CodecRow {
  const char* name;
  std::string formats, attributes;
  std::string taken;  // what may come, the first is sent; or why not
  int events = 0;
  uint32_t packet = 0;
};
class OfferedCodecs : public testing::TestWithParam<CodecRow> {};

TEST_P(OfferedCodecs, AreTakenByNameRateAndChannels) {
  const CodecRow& row = GetParam();
  const auto answer =
      answer_of(cat(kSdpHead, "m=audio 4000 RTP/AVP ", row.formats, "\r\n", row.attributes), media_rules(false));
  if (!answer.ok()) {
    EXPECT_EQ(answer.status().message(), row.taken);
    return;
  }
  const NegotiatedMedia& negotiated = answer->negotiated;
  EXPECT_EQ(text_of_formats(negotiated.accepted), row.taken);
  EXPECT_EQ(negotiated.format, negotiated.accepted.front());
  EXPECT_EQ(negotiated.dtmf_payload_type, row.events);
  EXPECT_EQ(negotiated.packet_milliseconds, row.packet);
  EXPECT_EQ(text_of_formats(parse_sdp(answer->sdp)->media.front().formats), row.taken) << "the answer says the same";
}

INSTANTIATE_TEST_SUITE_P(
    Rows, OfferedCodecs,
    testing::Values(
        CodecRow{"StaticTypes", "0 8", "", "0=PCMU/8000 8=PCMA/8000 "},
        CodecRow{"OurOrder", "8 0 96", "a=rtpmap:96 opus/48000/2\r\n", "96=opus/48000/2 0=PCMU/8000 8=PCMA/8000 "},
        CodecRow{
            "EventsOfEachRate", "0 96 101 102",
            "a=rtpmap:96 OPUS/48000/2\r\na=rtpmap:101 telephone-event/8000\r\na=rtpmap:102 telephone-event/48000\r\n",
            "96=opus/48000/2 0=PCMU/8000 101=telephone-event/8000 102=telephone-event/48000 ", 102},
        CodecRow{"EventsOfTheCodecSent", "0 101 102 103",
                 "a=rtpmap:102 telephone-event/8000\r\na=rtpmap:101 telephone-event/16000\r\na=rtpmap:103 "
                 "telephone-event/48000\r\n",
                 "0=PCMU/8000 102=telephone-event/8000 ", 102},
        CodecRow{"ComfortNoise", "0 13 96", "a=rtpmap:96 CN/16000\r\n", "0=PCMU/8000 13=CN/8000 "},
        CodecRow{"ATypeOfAnotherName", "0 8", "a=rtpmap:0 G729/8000\r\n", "8=PCMA/8000 "},
        CodecRow{"AnotherRate", "96", "a=rtpmap:96 PCMU/16000\r\n", "no codec in common: the far end has PCMU/16000"},
        CodecRow{"OtherChannels", "96 97", "a=rtpmap:96 opus/48000\r\na=rtpmap:97 PCMA/8000/2\r\n",
                 "no codec in common: the far end has opus/48000, PCMA/8000/2"},
        CodecRow{"OneChannelIsOne", "96", "a=rtpmap:96 PCMU/8000/1\r\n", "96=PCMU/8000 "},
        CodecRow{"KnownByTypeOnly", "18 3 110", "",
                 "no codec in common: the far end has G729/8000, GSM/8000, payload type 110"},
        CodecRow{"ATypeThatIsRtcp", "72", "a=rtpmap:72 PCMU/8000\r\n",
                 "no codec in common: the far end has PCMU/8000 as payload type 72"},
        CodecRow{"EventsAlone", "101", "a=rtpmap:101 telephone-event/8000\r\n", "no codec in common"},
        CodecRow{"PacketTime", "0", "a=ptime:30\r\n", "0=PCMU/8000 ", 0, 30},
        CodecRow{"LongestPacket", "0", "a=ptime:40\r\na=maxptime:15\r\n", "0=PCMU/8000 ", 0, 10},
        CodecRow{"ShortestPacket", "0", "a=maxptime:5\r\n", "0=PCMU/8000 ", 0, 10},
        CodecRow{"NonsensePacketTime", "0", "a=ptime:x\r\na=maxptime:-1\r\n", "0=PCMU/8000 "},
        CodecRow{"EndlessPacketTime", "0", "a=ptime:99999999999\r\n", "0=PCMU/8000 ", 0, 60}),
    [](const auto& row) { return row.param.name; });

struct AddressRow {
  const char* name;
  std::string connection, own, taken;  // address, or why not
};
class OfferedAddresses : public testing::TestWithParam<AddressRow> {};

TEST_P(OfferedAddresses, AreReachedOrRefused) {
  const AddressRow& row = GetParam();
  const auto answer =
      answer_of(cat("v=0\r\ns=-\r\n", row.connection, kClearLine), media_rules(false), own_session(row.own));
  if (answer.ok())
    EXPECT_EQ(answer->negotiated.remote_address, row.taken);
  else
    EXPECT_EQ(answer.status().message(), row.taken);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, OfferedAddresses,
    testing::Values(
        AddressRow{"Four", "c=IN IP4 192.0.2.7\r\n", "192.0.2.99", "192.0.2.7"},
        AddressRow{"FourWithATtl", "c=IN IP4 192.0.2.7/127\r\n", "192.0.2.99", "192.0.2.7"},
        AddressRow{"Six", "c=IN IP6 2001:db8::7\r\n", "2001:db8::99", "2001:db8::7"},
        AddressRow{"SixFromFour", "c=IN IP6 2001:db8::7\r\n", "192.0.2.99",
                   "the media address is IPv6, and this phone's own in this call is not"},
        AddressRow{"FourFromSix", "c=IN IP4 192.0.2.7\r\n", "2001:db8::99",
                   "the media address is IPv4, and this phone's own in this call is not"},
        AddressRow{"SixSaidToBeFour", "c=IN IP4 2001:db8::7\r\n", "2001:db8::99",
                   "the media address is not of the family IP4"},
        AddressRow{"FourSaidToBeSix", "c=IN IP6 192.0.2.7\r\n", "192.0.2.99",
                   "the media address is not of the family IP6"},
        AddressRow{"AnotherNetwork", "c=ATM NSAP 47.0091\r\n", "192.0.2.99",
                   "the media address is of a network that is not the Internet"},
        AddressRow{"None", "", "192.0.2.99", "the session description has no media address"},
        AddressRow{"Empty", "c=IN IP4 \r\n", "192.0.2.99", "the media address is neither an address nor a host name"},
        AddressRow{"TooLarge", "c=IN IP4 192.0.2.777\r\n", "192.0.2.99",
                   "the media address is neither an address nor a host name"},
        AddressRow{"Short", "c=IN IP4 192.2\r\n", "192.0.2.99",
                   "the media address is neither an address nor a host name"},
        AddressRow{"Hexadecimal", "c=IN IP4 0x7f.1\r\n", "192.0.2.99",
                   "the media address is neither an address nor a host name"},
        AddressRow{"Nonsense", "c=IN IP4 !?\r\n", "192.0.2.99",
                   "the media address is neither an address nor a host name"},
        AddressRow{"AName", "c=IN IP4 far.example\r\n", "192.0.2.99",
                   "the media address is a name that is not resolved"},
        AddressRow{"Loopback", "c=IN IP4 127.0.0.1\r\n", "192.0.2.99", "the media address is a loopback address"},
        AddressRow{"Multicast", "c=IN IP4 224.2.0.1/16\r\n", "192.0.2.99", "the media address is a multicast address"},
        AddressRow{"TheHoldOfOld", "c=IN IP4 0.0.0.0\r\n", "192.0.2.99", ""},
        AddressRow{"TheHoldOfOldInSix", "c=IN IP6 ::\r\n", "2001:db8::99", ""}),
    [](const auto& row) { return row.param.name; });

TEST(OfferAnswer, AHoldByAddressIsInactive) {
  const auto answer = answer_of(cat("v=0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\n", kClearLine), media_rules(false));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->negotiated.direction, Direction::kInactive);
  EXPECT_NE(answer->sdp.find("a=inactive"), std::string::npos);
}

TEST(OfferAnswer, RtcpGoesWhereTheOfferSays) {
  const auto rtcp = [](const std::string& line) {
    const auto answer = answer_of(cat(kSdpHead, kClearLine, line), media_rules(false));
    EXPECT_EQ(answer->negotiated.rtcp_mux, answer->sdp.find("a=rtcp-mux\r\n") != std::string::npos);
    return cat(answer->negotiated.rtcp_port, answer->negotiated.rtcp_mux ? " mux" : "");
  };
  EXPECT_EQ(rtcp(""), "0");
  EXPECT_EQ(rtcp("a=rtcp:53020\r\n"), "53020");
  EXPECT_EQ(rtcp("a=rtcp:53020 IN IP4 192.0.2.200\r\n"), "53020");
  EXPECT_EQ(rtcp("a=rtcp:53020 IN IP4 192.0.2.77\r\n"), "0") << "reports go to the host of the media";
  EXPECT_EQ(rtcp("a=rtcp:53020 IN IP4 127.0.0.1\r\n"), "0");
  EXPECT_EQ(rtcp("a=rtcp:70000\r\n"), "0");
  EXPECT_EQ(rtcp("a=rtcp-mux\r\n"), "0 mux");
}

struct AnswerRow {
  const char* name;
  std::string media;
  std::string taken;  // codec sent, events, what may come; or why not
};
class AnswersToUs : public testing::TestWithParam<AnswerRow> {};

TEST_P(AnswersToUs, DecideInTheirOrderAmongWhatWasOffered) {
  LocalSession offer = own_session();
  const auto answer = parse_sdp(kSdpHead + GetParam().media);
  ASSERT_TRUE(answer.ok());
  const auto negotiated = accept_answer(offer, *answer, media_rules(false));
  if (!negotiated.ok()) {
    EXPECT_EQ(negotiated.status().message(), GetParam().taken);
    return;
  }
  EXPECT_EQ(cat(static_cast<int>(negotiated->format.payload_type), " ", rtpmap_of(negotiated->format), ", ",
                static_cast<int>(negotiated->dtmf_payload_type), ", ", text_of_formats(negotiated->accepted)),
            GetParam().taken);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, AnswersToUs,
    testing::Values(
        AnswerRow{"One", "m=audio 4000 RTP/AVP 8\r\n", "8 PCMA/8000, 0, 8=PCMA/8000 "},
        AnswerRow{"TheirOrder", "m=audio 4000 RTP/AVP 8 107 0\r\na=rtpmap:107 opus/48000/2\r\n",
                  "8 PCMA/8000, 0, 8=PCMA/8000 107=opus/48000/2 0=PCMU/8000 "},
        AnswerRow{"TheirNumbers",
                  "m=audio 4000 RTP/AVP 96 97\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:97 "
                  "telephone-event/48000\r\n",
                  "96 opus/48000/2, 97, 107=opus/48000/2 102=telephone-event/48000 96=opus/48000/2 "
                  "97=telephone-event/48000 "},
        AnswerRow{"OurNumberWithoutAName", "m=audio 4000 RTP/AVP 107\r\n", "107 opus/48000/2, 0, 107=opus/48000/2 "},
        AnswerRow{"AFormatThatWasNotOffered", "m=audio 4000 RTP/AVP 18 0\r\n", "0 PCMU/8000, 0, 0=PCMU/8000 "},
        AnswerRow{"NothingThatWasOffered", "m=audio 4000 RTP/AVP 18\r\n",
                  "no codec in common: the far end has G729/8000"},
        AnswerRow{"TheSecondLine", "m=audio 0 RTP/AVP 0\r\nm=audio 4000 RTP/AVP 0\r\n", "0 PCMU/8000, 0, 0=PCMU/8000 "},
        AnswerRow{"Refused", "m=audio 0 RTP/AVP 0\r\n", "the far end refused the audio"},
        AnswerRow{"SrtpUnasked", kSecureLine, "the answer has SRTP although RTP was offered"}),
    [](const auto& row) { return row.param.name; });

TEST(OfferAnswer, TheSecureLineOfAnAnswerIsTaken) {
  LocalSession offer = own_session();
  offer.crypto = {{1, "AES_CM_128_HMAC_SHA1_80", crypto::Secret(std::string(30, 'o'))}};
  const auto answer = parse_sdp(kSdpHead + std::string(kClearLine) + kSecureLine);
  const auto negotiated = accept_answer(offer, *answer, media_rules(true, true));
  ASSERT_TRUE(negotiated.ok()) << negotiated.status();
  EXPECT_EQ(negotiated->remote_port, 4002);
  EXPECT_EQ(negotiated->receive.suite, "AES_CM_128_HMAC_SHA1_80");
}

struct KeyRow {
  const char* name;
  std::string crypto;  // of the answer
  const char* why;     // part of why it is refused; empty: it is taken
};
class F20_AnsweredKey : public testing::TestWithParam<KeyRow> {};

// RFC 4568 section 5.1.3: exactly one of the lines that were offered, with its tag and its suite.
TEST_P(F20_AnsweredKey, IsOneOfThoseThatWereOffered) {
  LocalSession offer = own_session();
  offer.crypto = {{1, "AEAD_AES_256_GCM", crypto::Secret(std::string(44, 'o'))},
                  {2, "AES_CM_128_HMAC_SHA1_80", crypto::Secret(std::string(30, 'p'))}};
  const auto answer = parse_sdp(kSdpHead + std::string("m=audio 4002 RTP/SAVP 0\r\n") + GetParam().crypto);
  ASSERT_TRUE(answer.ok()) << answer.status();
  const auto negotiated = accept_answer(offer, *answer, media_rules());
  EXPECT_EQ(negotiated.ok(), *GetParam().why == '\0') << negotiated.status();
  if (!negotiated.ok()) {
    EXPECT_NE(negotiated.status().message().find(GetParam().why), std::string::npos) << negotiated.status();
    return;
  }
  EXPECT_EQ(negotiated->transmit.suite, "AES_CM_128_HMAC_SHA1_80");
  EXPECT_EQ(negotiated->transmit.key_salt.view(), std::string(30, 'p')) << "ours is what we send with";
  EXPECT_EQ(negotiated->receive.key_salt.view(), std::string(30, '\0')) << "theirs is what we hear with";
}

constexpr char kNotOne[] = "does not have exactly one acceptable crypto attribute";
INSTANTIATE_TEST_SUITE_P(
    Rows, F20_AnsweredKey,
    testing::Values(
        KeyRow{"Right", "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:" + std::string(40, 'A') + "\r\n", ""},
        KeyRow{"SuiteOfAnotherTag", kSdpKey, "a crypto tag that was not offered"},
        KeyRow{"TagOfNone", "a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:" + std::string(40, 'A') + "\r\n",
               "a crypto tag that was not offered"},
        KeyRow{"TwoKeys",
               "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:" + std::string(40, 'A') + "\r\n" +
                   "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:" + std::string(40, 'B') + "\r\n",
               kNotOne},
        KeyRow{"SpoiltKey", "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:" + std::string(39, 'A') + "!\r\n", kNotOne},
        KeyRow{"ShortKey", "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:" + std::string(36, 'A') + "\r\n", kNotOne},
        KeyRow{"NoKey", "", kNotOne}),
    [](const auto& row) { return row.param.name; });

// RFC 3264 section 8: as many lines as before, in the same order.
TEST(OfferAnswer, ALaterOfferHasTheLinesOfTheSession) {
  const auto offer = parse_sdp(cat(kSdpHead, "m=video 5000 RTP/AVP 96 97\r\n", kClearLine, "m=image 0 udptl t38\r\n"));
  LocalSession local = own_session();
  local.others = other_lines(*offer, 1);
  local.line = 1;
  EXPECT_EQ(text_of_ports(write_offer(local)), "video 0 RTP/AVP, audio 24000 RTP/AVP, image 0 udptl, ");
  EXPECT_NE(write_offer(local).find("m=video 0 RTP/AVP 96\r\n"), std::string::npos);
}

TEST(OfferAnswer, AnOfferNamesEventsOfEachClockRate) {
  EXPECT_EQ(text_of_formats(offered_formats(own_session())),
            "107=opus/48000/2 0=PCMU/8000 8=PCMA/8000 101=telephone-event/8000 102=telephone-event/48000 ");
  LocalSession narrow = own_session();
  narrow.codecs = {"PCMU"};
  EXPECT_EQ(text_of_formats(offered_formats(narrow)), "0=PCMU/8000 101=telephone-event/8000 ");
}

TEST(OriginOfDescriptions, RisesWithEachChangeAndOnlyThen) {
  LocalSession local = own_session();
  Origin origin;
  const auto version = [](const std::string& sdp) { return sdp.substr(sdp.find("o=- 7 ") + 6, 1); };
  EXPECT_EQ(version(origin.preview(write_offer(local))), "1");
  EXPECT_EQ(version(origin.said(write_offer(local))), "1");
  EXPECT_EQ(version(origin.said(write_offer(local))), "1");
  local.direction = Direction::kSendOnly;
  EXPECT_EQ(version(origin.preview(write_offer(local))), "2");
  const std::string held = origin.said(write_offer(local));
  EXPECT_EQ(version(held), "2");
  local.direction = Direction::kSendReceive;
  EXPECT_EQ(version(origin.said(write_offer(local))), "3") << "the same as before is not the same as the last";
  Origin later;  // of the next process, which has kept the description
  later.resume(held);
  EXPECT_EQ(later.said(held), held);
  local.port = 24002;
  EXPECT_EQ(version(later.said(write_offer(local))), "3");
  Origin restored;  // and of one that has only its number
  restored.resume(5);
  EXPECT_EQ(version(restored.said(write_offer(local))), "6");
}

}  // namespace
}  // namespace phone::signaling
