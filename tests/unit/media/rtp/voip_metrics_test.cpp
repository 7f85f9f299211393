// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/voip_metrics.hpp"

#include <gtest/gtest.h>

#include <array>

#include "services/media/rtp/bytes.hpp"
#include "services/media/rtp/rtcp.hpp"

namespace phone::media {
namespace {

TEST(F93_VoipMetrics, WithoutLossTheWholeCallIsOneGap) {
  BurstMeter meter;
  for (int i = 0; i < 100; ++i) meter.played();
  const auto figures = meter.figures(20);
  EXPECT_EQ(figures.gap_ms, 2000);
  EXPECT_EQ(figures.burst_ms + figures.burst_density + figures.gap_density, 0);
}

TEST(F93_VoipMetrics, SingleLossesBelongToTheGapAndCrowdedOnesToABurst) {
  BurstMeter alone;
  for (int i = 0; i < 10; ++i) {
    for (int j = 0; j < 100; ++j) alone.played();
    alone.missing();
  }
  const auto gap = alone.figures(20);
  EXPECT_NEAR(gap.gap_density, 256 * 10 / 1010, 1);
  BurstMeter crowded;
  for (int burst = 0; burst < 5; ++burst) {
    for (int i = 0; i < 500; ++i) crowded.played();
    for (int i = 0; i < 10; ++i) {
      crowded.missing();
      crowded.played();
    }
  }
  const auto bursts = crowded.figures(20);
  EXPECT_NEAR(bursts.burst_density, 128, 26) << "every other packet";
  EXPECT_LT(bursts.gap_density, 3);
  EXPECT_NEAR(bursts.burst_ms, 400, 100);
  EXPECT_NEAR(bursts.gap_ms, 10000, 1500);
}

TEST(F93_VoipMetrics, EachFigureStandsAtItsPlace) {
  const VoipMetrics metrics{.ssrc = 0x01020304,
                            .lost = 5,
                            .discarded = 6,
                            .bursts = {.burst_density = 7, .gap_density = 8, .burst_ms = 0x0910, .gap_ms = 0x1112},
                            .round_trip_ms = 0x1314,
                            .end_system_ms = 0x1516,
                            .r_factor = 93,
                            .mos_listening = 44,
                            .mos_conversation = 43,
                            .jitter_nominal_ms = 0x1718};
  std::array<uint8_t, kMaxRtcpOctets + kVoipMetricsOctets> out{};
  const size_t report = write_report({.ssrc = 9, .sender = {}, .block = {}}, "x", out);
  const size_t size = write_voip_metrics(9, metrics, std::span(out).subspan(report));
  const uint8_t* at = out.data() + report;
  EXPECT_EQ(size, 44U);
  EXPECT_EQ(at[1], 207);
  EXPECT_EQ(get16(at + 2), 10) << "words that follow the first";
  EXPECT_EQ(at[8], 7) << "the VoIP metrics block";
  EXPECT_EQ(get16(at + 10), 8);
  EXPECT_EQ(get32(at + 12), 0x01020304U);
  constexpr uint8_t kBytes[] = {5,    6,    7,   8,   0x09, 0x10, 0x11, 0x12, 0x13, 0x14,
                                0x15, 0x16, 127, 127, 127,  16,   93,   127,  44,   43};
  for (size_t i = 0; i < std::size(kBytes); ++i) EXPECT_EQ(at[16 + i], kBytes[i]) << i;
  EXPECT_EQ(get16(at + 38), 0x1718);
  EXPECT_TRUE(parse_rtcp(std::span(out).first(report + size), 9).has_value()) << "one whole compound";
}

}  // namespace
}  // namespace phone::media
