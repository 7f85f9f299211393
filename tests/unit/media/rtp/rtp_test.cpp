// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/rtp.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "services/media/rtp/rtcp.hpp"

namespace phone::media {
namespace {

TEST(Rtp, HeaderExtensionSourcesAndPaddingAreTakenOff) {
  // V=2 P=1 X=1 CC=1, one CSRC, one word of extension, payload "ab", two octets of padding.
  const std::vector<uint8_t> packet{0xb1, 0x80, 0,    7,    0, 0, 0, 9, 0, 0, 0,   5,   1, 2,
                                    3,    4,    0xbe, 0xde, 0, 1, 1, 1, 1, 1, 'a', 'b', 0, 2};
  const auto parsed = parse_rtp(packet);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_TRUE(parsed->marker);
  EXPECT_EQ(parsed->sequence, 7);
  EXPECT_EQ(parsed->ssrc, 5U);
  EXPECT_EQ(std::string(parsed->payload.begin(), parsed->payload.end()), "ab");
}

TEST(Rtp, EveryTruncationIsRefusedOrShorterNeverWorse) {
  const std::vector<uint8_t> packet{0xb1, 0x80, 0,    7,    0, 0, 0, 9, 0, 0, 0,   5,   1, 2,
                                    3,    4,    0xbe, 0xde, 0, 1, 1, 1, 1, 1, 'a', 'b', 0, 2};
  for (size_t size = 0; size < 24; ++size) EXPECT_FALSE(parse_rtp(std::span(packet).first(size))) << size;
  auto wrong = packet;
  wrong.back() = 200;
  EXPECT_FALSE(parse_rtp(wrong)) << "more padding than packet";
  wrong.back() = 0;
  EXPECT_FALSE(parse_rtp(wrong));
  wrong[0] = 0x71;
  EXPECT_FALSE(parse_rtp(wrong)) << "version 1";
}

TEST(Rtcp, WhatIsWrittenIsRead) {
  const RtcpReport report{.ssrc = 7,
                          .sender = SenderPart{.ntp = 0x0102030405060708, .rtp = 9, .packets = 10, .octets = 11},
                          .block = ReportBlock{.ssrc = 42,
                                               .fraction_lost = 3,
                                               .lost = 4,
                                               .highest_extended = 5,
                                               .jitter = 6,
                                               .last_sender_report = 7,
                                               .delay_since = 8}};
  std::vector<uint8_t> bytes(kMaxRtcpOctets);
  bytes.resize(write_report(report, "phone-1", bytes));
  EXPECT_EQ(bytes.size() % 4, 0U);
  EXPECT_TRUE(looks_like_rtcp(bytes));
  const auto news = parse_rtcp(bytes, 42);
  ASSERT_TRUE(news.has_value());
  EXPECT_EQ(news->ssrc, 7U);
  EXPECT_EQ(news->sender->ntp, 0x0102030405060708U);
  ASSERT_TRUE(news->about_us.has_value());
  EXPECT_EQ(news->about_us->lost, 4U);
  EXPECT_EQ(news->about_us->delay_since, 8U);
  EXPECT_FALSE(parse_rtcp(bytes, 43)->about_us.has_value());
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(parse_rtcp(std::span(bytes).first(size), 42) && size % 4 != 0);
}

}  // namespace
}  // namespace phone::media
