// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What was agreed on may come at any time, and far ends number and time their packets as they like.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>

#include "services/media/rtp/packet_counts.hpp"
#include "tests/unit/media/clear_far_end.hpp"

namespace phone::media {
namespace {

using testing_far_end::ClearFarEnd;
using testing_far_end::kComfortNoisePt;
using testing_far_end::kEventsPt;

constexpr double kVoiceLevel = testing_sound::kAmplitude;

class F93_AnyPacket : public testing::Test {
 protected:
  void SetUp() override { far.apply(); }
  const Counters& counters() const { return far.stream.counters(); }
  void expect_nothing_lost() const {
    EXPECT_EQ(counters().packets_lost, 0U);
    EXPECT_EQ(counters().packets_late, 0U);
    EXPECT_EQ(counters().refused, 0U);
  }
  ClearFarEnd far;
};

class F93_AnyCodec : public F93_AnyPacket, public testing::WithParamInterface<std::tuple<CodecKind, CodecKind>> {};

TEST_P(F93_AnyCodec, MayFollowAnyOtherInMidCall) {
  const auto [before, after] = GetParam();
  far.talk(before, 50);
  EXPECT_NEAR(far.level(20), kVoiceLevel, 800);
  far.talk(after, 50);
  EXPECT_NEAR(far.level(20), kVoiceLevel, 800);
  EXPECT_EQ(counters().codec_received, static_cast<uint32_t>(after) + 1);
  far.talk(before, 50);
  EXPECT_NEAR(far.level(20), kVoiceLevel, 800);
  expect_nothing_lost();
}
constexpr CodecKind kAllCodecs[] = {CodecKind::kPcmu, CodecKind::kPcma, CodecKind::kOpus, CodecKind::kG722};
INSTANTIATE_TEST_SUITE_P(Pairs, F93_AnyCodec,
                         testing::Combine(testing::ValuesIn(kAllCodecs), testing::ValuesIn(kAllCodecs)),
                         [](const auto& info) {
                           return std::string(shape_of(std::get<0>(info.param)).name) + "_then_" +
                                  std::string(shape_of(std::get<1>(info.param)).name);
                         });

TEST_F(F93_AnyPacket, ComfortNoiseFillsThePauseAndIsNoLoss) {
  far.talk(CodecKind::kPcmu, 50);
  const uint8_t noise[] = {40};
  far.send(kComfortNoisePt, noise);
  for (int i = 0; i < 100; ++i, far.timestamp += 160) far.tick();
  const auto pause = std::span<const int16_t>(far.heard).last(80 * kFrameSamples);
  EXPECT_NEAR(20 * std::log10(testing_sound::power_of(pause) / 32768), -40, 3);
  EXPECT_EQ(counters().concealed, 0U);
  far.talk(CodecKind::kPcmu, 50);
  EXPECT_NEAR(far.level(20), kVoiceLevel, 800);
  expect_nothing_lost();
}

TEST_F(F93_AnyPacket, PacketsOf150MillisecondsAreHeard) {
  std::vector<uint8_t> payload(1200);
  auto encoder = *make_encoder(CodecKind::kPcmu);
  for (int tick = 0, packets = 0; tick < 300; ++tick) {
    for (; packets * 15 <= tick * 2; ++packets) {
      std::array<int16_t, kFrameSamples> frame;
      std::vector<uint8_t> coded;
      // 150 ms are seven frames and a half of the voice.
      for (int i = 0; i < 8; ++i) {
        far.voice.fill(frame);
        std::array<uint8_t, 160> part;
        encoder->encode(frame, part);
        coded.insert(coded.end(), part.begin(), part.end());
      }
      std::copy_n(coded.begin(), payload.size(), payload.begin());
      far.send(0, payload);
      far.timestamp += 1200;
    }
    far.tick();
  }
  EXPECT_GT(testing_sound::power_of(std::span<const int16_t>(far.heard).last(100 * kFrameSamples)), 0.6 * kVoiceLevel);
  EXPECT_LT(counters().concealed, 10U);
  expect_nothing_lost();
}

TEST_F(F93_AnyPacket, TimestampsFrozenDuringAPauseAreHeardAtOnceAfterwards) {
  far.talk(CodecKind::kPcmu, 50);
  for (int i = 0; i < 150; ++i) far.tick();
  far.talk(CodecKind::kPcmu, 30);
  EXPECT_NEAR(far.level(20), kVoiceLevel, 800) << "within 200 ms";
  expect_nothing_lost();
  EXPECT_LT(counters().jitter_ms, 2);
}

TEST_F(F93_AnyPacket, TimestampsThatGoBackAreHeard) {
  for (const uint32_t back : {160U, 1600U, 80000U, 0x60000000U}) {
    far.talk(CodecKind::kPcmu, 50);
    far.timestamp -= back;
    far.talk(CodecKind::kPcmu, 20);
    EXPECT_NEAR(far.level(10), kVoiceLevel, 800) << back;
  }
  expect_nothing_lost();
}

TEST_F(F93_AnyPacket, OfATypeThatWasNotAgreedOnIsRefusedAndNotLost) {
  const std::vector<uint8_t> unknown(33, 1);
  for (int i = 0; i < 60; ++i) {
    if (i % 3 != 2) {
      far.talk(CodecKind::kPcmu, 1);
      continue;
    }
    far.send(33, unknown);
    far.timestamp += 160;
    far.tick();
  }
  far.talk(CodecKind::kPcmu, 1);  // what lies before it was expected
  EXPECT_EQ(counters().packets_lost, 0U);
  EXPECT_EQ(counters().refused, 20U);
  EXPECT_EQ(counters().expected, 61U);
}

TEST_F(F93_AnyPacket, EventsStandInForAudioAndAreNoLoss) {
  far.talk(CodecKind::kPcmu, 20);
  for (int i = 0; i < 8; ++i) {
    std::array<uint8_t, kEventOctets> event;
    write_event({.event = 5, .end = i == 7, .volume = 10, .duration = static_cast<uint16_t>(160 * (i + 1))},
                event.data());
    for (int copy = 0; copy < (i == 7 ? 3 : 1); ++copy) far.send(kEventsPt, event);
    far.tick();
  }
  far.timestamp += 160 * 8;
  far.talk(CodecKind::kPcmu, 40);
  EXPECT_EQ(counters().events_received, 3U);
  EXPECT_NEAR(far.level(20), kVoiceLevel, 800);
  expect_nothing_lost();
}

TEST_F(F93_AnyPacket, AnotherSourceGoesOnWithTheCallsCountsAndStragglersOfTheOldOneDoNotFlipIt) {
  far.talk(CodecKind::kPcmu, 50);
  far.sequence += 5;
  far.timestamp += 800;
  far.now_us += 100'000;
  far.talk(CodecKind::kPcmu, 50);
  EXPECT_EQ(counters().packets_lost, 5U);
  const auto old_ssrc = far.ssrc;
  far.ssrc = 99;
  far.sequence = 60000;
  far.talk(CodecKind::kPcmu, 5);
  far.ssrc = old_ssrc;
  far.speak(CodecKind::kPcmu);
  far.ssrc = 99;
  far.talk(CodecKind::kPcmu, 45);
  EXPECT_EQ(counters().ssrc_received, 99U);
  EXPECT_EQ(counters().packets_lost, 6U) << "the five, and the one that the straggler's number took";
  EXPECT_EQ(counters().expected, 105U + 51U);
  EXPECT_NEAR(far.level(20), kVoiceLevel, 800);
}

// Some far ends do not encrypt their reports: that is told once, and no incident of every call.
TEST_F(F93_AnyPacket, ReportsInClearWhereSrtpIsAgreedAreCountedOnce) {
  auto setup = far.setup();
  setup->receiver = *SrtpReceiver::create(Suite::kAeadAes128Gcm, std::string(28, 'k'));
  setup->jitter.reset();
  far.stream.apply(*setup, far.now_us);
  const uint64_t before = process_counts().rtcp.value();
  std::vector<uint8_t> report(kMaxRtcpOctets);
  report.resize(write_report({.ssrc = 5, .sender = {}, .block = {}}, "x", report));
  for (int i = 0; i < 100; ++i) {
    far.rtcp.queue.push_back({report, far.remote, far.now_us});
    far.tick();
  }
  EXPECT_EQ(counters().rtcp_refused, 1U);
  EXPECT_EQ(process_counts().rtcp.value(), before);
  EXPECT_EQ(counters().rtcp_received, 0U) << "nothing of them is believed";
  report[0] = 0x40;
  for (int i = 0; i < 20; ++i) {
    far.rtcp.queue.push_back({report, far.remote, far.now_us});
    far.tick();
  }
  EXPECT_EQ(counters().rtcp_refused, 21U) << "what is no report is counted each time";
}

TEST_F(F93_AnyPacket, ReportsGoWhereTheFarEndWantsThem) {
  auto setup = far.setup();
  setup->rtcp_port = 4444;
  far.stream.apply(*setup, far.now_us);
  far.talk(CodecKind::kPcmu, 100);
  ASSERT_FALSE(far.rtcp.destinations.empty());
  EXPECT_EQ(far.rtcp.destinations.back().port(), 4444);
  auto mux = far.setup();
  mux->rtcp_mux = true;
  far.stream.apply(*mux, far.now_us);
  const size_t reports = far.rtcp.sent.size();
  far.talk(CodecKind::kPcmu, 600);
  EXPECT_EQ(far.rtcp.sent.size(), reports);
  EXPECT_TRUE(std::any_of(far.rtp.sent.begin(), far.rtp.sent.end(),
                          [](const auto& one) { return looks_like_rtcp(one.bytes); }));
}

TEST_F(F93_AnyPacket, PacketsLeaveInTheLengthThatTheFarEndWants) {
  for (const uint32_t ms : {10U, 20U, 30U, 40U, 60U}) {
    auto setup = far.setup();
    setup->packet_ms = ms;
    far.stream.apply(*setup, far.now_us);
    far.talk(CodecKind::kPcmu, 6);
    far.rtp.sent.clear();
    far.talk(CodecKind::kPcmu, 60);
    ASSERT_NEAR(static_cast<double>(far.rtp.sent.size()), 1200.0 / ms, 1) << ms;
    uint32_t last = 0;
    for (const auto& one : far.rtp.sent) {
      const auto packet = parse_rtp(one.bytes);
      ASSERT_TRUE(packet.has_value());
      EXPECT_EQ(packet->payload.size(), 8 * ms);
      if (last != 0) {
        EXPECT_EQ(packet->timestamp - last, 8 * ms);
      }
      last = packet->timestamp;
    }
  }
}

TEST_F(F93_AnyPacket, LossWhileTheUserHoldsIsNoLoss) {
  far.talk(CodecKind::kPcmu, 50);
  StreamSetup held;
  held.remote = far.remote;
  held.direction = Direction::kSendOnly;
  held.receive = far.setup()->receive;
  far.stream.apply(held, far.now_us);
  for (int i = 0; i < 100; ++i, ++far.sequence, far.timestamp += 160) far.tick();
  StreamSetup resumed;
  resumed.remote = far.remote;
  resumed.direction = Direction::kSendReceive;
  resumed.receive = far.setup()->receive;
  far.stream.apply(resumed, far.now_us);
  far.talk(CodecKind::kPcmu, 50);
  EXPECT_NEAR(far.level(20), kVoiceLevel, 800);
  expect_nothing_lost();
}

}  // namespace
}  // namespace phone::media
