// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The loudspeaker's echo, and old sound in the card.
#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <random>
#include <vector>

#include "services/media/device/echo_canceller.hpp"
#include "services/media/device/fresh_capture.hpp"
#include "tests/unit/media/sound.hpp"

namespace phone::media {
namespace {

using testing_sound::power_of;

// Speech-like: noise through a slow envelope and a low-pass filter.
class Talker {
 public:
  explicit Talker(uint32_t seed) : random_(seed) {}
  void fill(std::span<int16_t> frame) {
    for (int16_t& sample : frame) {
      low_ += 0.3 * (noise_(random_) - low_);
      const double loud = 0.6 + 0.4 * std::sin(static_cast<double>(at_++) / 4000);
      sample = static_cast<int16_t>(std::clamp(low_ * loud, -30000.0, 30000.0));
    }
  }

 private:
  std::mt19937 random_;
  std::normal_distribution<double> noise_{0, 9000};
  double low_ = 0;
  uint64_t at_ = 0;
};

TEST(F93_Echo, OfTheLoudspeakerIsTakenOutByTwentyDecibels) {
  EchoCanceller canceller;
  Talker far(1);
  // A room: three reflections, 35 to 90 ms after the loudspeaker, 10 dB below it.
  constexpr size_t kDelays[] = {560, 900, 1440};
  constexpr double kGains[] = {0.25, -0.15, 0.1};
  std::vector<double> played(1440 + kFrameSamples);
  double echo_power = 0, left_power = 0;
  for (int frame = 0; frame < 500; ++frame) {
    std::array<int16_t, kFrameSamples> loudspeaker{}, microphone{};
    far.fill(loudspeaker);
    std::copy(played.begin() + kFrameSamples, played.end(), played.begin());
    std::copy(loudspeaker.begin(), loudspeaker.end(), played.end() - kFrameSamples);
    for (size_t i = 0; i < kFrameSamples; ++i) {
      double sum = 0;
      for (size_t tap = 0; tap < 3; ++tap) sum += kGains[tap] * played[1440 + i - kDelays[tap]];
      microphone[i] = static_cast<int16_t>(sum);
    }
    const double before = std::pow(power_of(microphone), 2);
    canceller.cancel(microphone, loudspeaker);
    if (frame < 250) continue;  // five seconds to learn the room
    echo_power += before;
    left_power += std::pow(power_of(microphone), 2);
  }
  const double erle = 10 * std::log10(echo_power / left_power);
  RecordProperty("erle_db", std::to_string(erle));
  std::printf("ERLE %.1f dB\n", erle);
  EXPECT_GT(erle, 20);
}

TEST(F93_Echo, TheUsersOwnVoiceStays) {
  EchoCanceller canceller;
  Talker near(2);
  double before = 0, after = 0;
  for (int frame = 0; frame < 200; ++frame) {
    std::array<int16_t, kFrameSamples> microphone{};
    const std::array<int16_t, kFrameSamples> loudspeaker{};
    near.fill(microphone);
    before += std::pow(power_of(microphone), 2);
    canceller.cancel(microphone, loudspeaker);
    after += std::pow(power_of(microphone), 2);
  }
  EXPECT_GT(10 * std::log10(after / before), -10);
}

TEST(F89_FreshCapture, NothingFromBeforeTheChangeComesOutAfterIt) {
  FreshCapture capture;
  constexpr int16_t kOld = 111, kNew = 222;
  const std::vector<int16_t> old_frame(kFrameSamples, kOld), new_frame(kFrameSamples, kNew);
  std::array<int16_t, kFrameSamples> frame{};
  for (int i = 0; i < 4; ++i) capture.put(old_frame);
  capture.take(frame);
  EXPECT_EQ(frame[0], kOld);
  capture.drop();
  // The card still hands over what it had: two frames of latency and the one that was being read.
  for (int i = 0; i < 12; ++i) {
    capture.put(i < 3 ? old_frame : new_frame);
    capture.take(frame);
    for (const int16_t sample : frame) ASSERT_NE(sample, kOld) << "frame " << i;
  }
  EXPECT_EQ(frame[0], kNew) << "the microphone is back";
}

}  // namespace
}  // namespace phone::media
