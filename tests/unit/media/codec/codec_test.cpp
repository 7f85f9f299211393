// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/codec/codec.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <vector>

#include "services/media/codec/comfort_noise.hpp"
#include "tests/unit/media/sound.hpp"

namespace phone::media {
namespace {

using testing_sound::level_of;
using testing_sound::power_of;
using testing_sound::Sine;

class F93_Codec : public testing::TestWithParam<CodecKind> {
 protected:
  // A sine through the codec; frames that `lost` names are concealed.
  std::vector<int16_t> heard(int frames, const std::function<bool(int)>& lost) {
    auto encoder = *make_encoder(GetParam());
    auto decoder = *make_decoder(GetParam());
    Sine sine(400);
    std::vector<int16_t> all;
    std::array<int16_t, kMaxDecodedSamples> audio{};
    std::array<int16_t, kFrameSamples> frame{};
    std::array<uint8_t, 1460> payload{};
    for (int i = 0; i < frames; ++i) {
      sine.fill(frame);
      const size_t size = encoder->encode(frame, payload);
      EXPECT_GT(size, 0U);
      const size_t made =
          lost(i) ? decoder->conceal({}, audio) : decoder->decode(std::span(payload).first(size), audio);
      EXPECT_EQ(made, kFrameSamples) << "frame " << i;
      all.insert(all.end(), audio.begin(), audio.begin() + static_cast<std::ptrdiff_t>(made));
    }
    return all;
  }
};

TEST_P(F93_Codec, CarriesSoundAndConcealsALostFrame) {
  const auto whole = heard(100, [](int) { return false; });
  EXPECT_NEAR(level_of(std::span(whole).last(kFrameSamples * 40), 400), 8000, 800);
  const auto holes = heard(100, [](int frame) { return frame % 20 == 19; });
  const auto concealed = std::span(holes).subspan(kFrameSamples * 79, kFrameSamples);
  EXPECT_GT(power_of(concealed), 2000) << "a hole of 20 ms is not silence";
}

TEST_P(F93_Codec, EveryPayloadIsBounded) {
  auto decoder = *make_decoder(GetParam());
  std::array<int16_t, kMaxDecodedSamples> audio{};
  const std::vector<uint8_t> bytes(1460, 0x5a);
  for (size_t size = 0; size <= bytes.size(); ++size)
    EXPECT_LE(decoder->decode(std::span(bytes).first(size), audio), audio.size());
}
INSTANTIATE_TEST_SUITE_P(All, F93_Codec,
                         testing::Values(CodecKind::kPcmu, CodecKind::kPcma, CodecKind::kOpus, CodecKind::kG722),
                         [](const auto& info) { return std::string(shape_of(info.param).name); });

TEST(F93_Codec, G722KeepsWhatG711CannotCarry) {
  auto encoder = *make_encoder(CodecKind::kG722);
  auto decoder = *make_decoder(CodecKind::kG722);
  Sine sine(6000);
  std::array<int16_t, kMaxDecodedSamples> audio{};
  std::array<int16_t, kFrameSamples> frame{};
  std::array<uint8_t, 400> payload{};
  for (int i = 0; i < 20; ++i) {
    sine.fill(frame);
    ASSERT_EQ(encoder->encode(frame, payload), 160U) << "64 kbit/s";
    ASSERT_EQ(decoder->decode(std::span(payload).first(160), audio), kFrameSamples);
  }
  EXPECT_GT(level_of(std::span(audio).first(kFrameSamples), 6000), 5000);
}

TEST(F93_Codec, OpusRepairsALostFrameFromTheNextOne) {
  auto encoder = *make_encoder(CodecKind::kOpus);
  auto with_fec = *make_decoder(CodecKind::kOpus), without = *make_decoder(CodecKind::kOpus);
  std::array<int16_t, kMaxDecodedSamples> audio{};
  std::array<int16_t, kFrameSamples> frame{};
  double repaired = 0, guessed = 0;
  std::array<std::array<uint8_t, 400>, 2> payload{};
  std::array<size_t, 2> size{};
  // A voice that changes: what was before says little of what was lost.
  for (size_t i = 0; i < 200; ++i) {
    Sine sine(200 + 50 * static_cast<double>(i % 40));
    sine.fill(frame);
    size[i % 2] = encoder->encode(frame, payload[i % 2]);
    if (i == 0) continue;
    const auto now = std::span<const uint8_t>(payload[i % 2]).first(size[i % 2]);
    const auto before = std::span<const uint8_t>(payload[(i - 1) % 2]).first(size[(i - 1) % 2]);
    const double pitch = 200 + 50 * static_cast<double>((i - 1) % 40);
    if (i % 10 == 0) {
      with_fec->conceal(now, audio);
      repaired += level_of(std::span(audio).first(kFrameSamples), pitch);
      without->conceal({}, audio);
      guessed += level_of(std::span(audio).first(kFrameSamples), pitch);
    } else {
      with_fec->decode(before, audio);
      without->decode(before, audio);
    }
  }
  EXPECT_GT(repaired, 1.2 * guessed);
}

TEST(F93_Codec, OpusLeavesOutSilenceOnlyWhenTheFarEndWantsThat) {
  for (const bool wanted : {false, true}) {
    auto encoder = *make_encoder(CodecKind::kOpus, wanted);
    const std::array<int16_t, kFrameSamples> silence{};
    std::array<uint8_t, 400> payload{};
    int left_out = 0;
    for (int i = 0; i < 100; ++i) left_out += encoder->encode(silence, payload) <= kSilenceOctets ? 1 : 0;
    EXPECT_EQ(left_out > 50, wanted);
  }
}

TEST(F93_ComfortNoise, HasTheLevelThatTheFarEndSays) {
  std::vector<int16_t> audio(16000);
  for (const uint8_t below : {uint8_t{30}, uint8_t{50}, uint8_t{70}}) {
    for (const std::vector<uint8_t>& spectrum :
         {std::vector<uint8_t>{}, std::vector<uint8_t>{200, 80, 130}, std::vector<uint8_t>(60, 255)}) {
      ComfortNoise noise;
      std::vector<uint8_t> payload{below};
      payload.insert(payload.end(), spectrum.begin(), spectrum.end());
      noise.describe(payload);
      noise.make(audio);
      noise.make(audio);
      if (spectrum.size() < 10) {
        EXPECT_NEAR(20 * std::log10(power_of(audio) / 32768), -below, 2.5) << spectrum.size();
      }
    }
  }
  ComfortNoise noise;
  noise.describe({});
  noise.make(audio);
  EXPECT_EQ(testing_sound::loudest(audio), 0);
}

}  // namespace
}  // namespace phone::media
