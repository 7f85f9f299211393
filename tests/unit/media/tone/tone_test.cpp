// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/tone/tone.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace phone::media {
namespace {

struct Heard {
  int beeps = 0;
  double longest_ms = 0, shortest_ms = 1e9, whole_ms = 0;
};

// Listens as a user does: a beep is a stretch that is loud, pauses are at least 20 ms.
Heard listen(Tone tone) {
  ToneGenerator generator;
  generator.start(tone);
  std::vector<int16_t> all;
  for (int i = 0; i < 150; ++i) {
    std::array<int16_t, kFrameSamples> frame{};
    generator.mix(frame);
    all.insert(all.end(), frame.begin(), frame.end());
  }
  EXPECT_EQ(generator.playing(), Tone::kNone) << "it ends by itself";
  Heard heard;
  constexpr size_t kStep = kAudioRate / 200;  // 5 ms
  double beep = 0, silence = 1000;
  double first = -1, last = 0;
  for (size_t at = 0; at + kStep <= all.size(); at += kStep) {
    double power = 0;
    for (size_t i = at; i < at + kStep; ++i) power += double{1} * all[i] * all[i];
    const bool loud = std::sqrt(power / kStep) > 200;
    const double now = 1000.0 * static_cast<double>(at) / kAudioRate;
    if (loud) {
      if (silence >= 20) {
        ++heard.beeps;
        beep = 0;
      }
      silence = 0;
      beep += 5;
      if (first < 0) first = now;
      last = now + 5;
    } else {
      if (silence == 0) {
        heard.longest_ms = std::max(heard.longest_ms, beep);
        heard.shortest_ms = std::min(heard.shortest_ms, beep);
      }
      silence += 5;
    }
  }
  heard.whole_ms = last - first;
  return heard;
}

TEST(F50_SecurityTones_Table, SecureIsThreeLongBeepsInTwoSeconds) {
  const Heard heard = listen(Tone::kSecure);
  EXPECT_EQ(heard.beeps, 3);
  EXPECT_NEAR(heard.whole_ms, 2000, 20);
  EXPECT_NEAR(heard.shortest_ms, 500, 20);
}

TEST(F50_SecurityTones_Table, NonsecureIsSixShortBeepsInTwoSeconds) {
  const Heard heard = listen(Tone::kNonsecure);
  EXPECT_EQ(heard.beeps, 6);
  EXPECT_NEAR(heard.whole_ms, 2000, 20);
  EXPECT_NEAR(heard.longest_ms, 200, 20);
  EXPECT_EQ(tone_milliseconds(shape_of(Tone::kSecure)), 2000U);
  EXPECT_EQ(tone_milliseconds(shape_of(Tone::kNonsecure)), 2000U);
}

TEST(F50_SecurityTones_Table, EveryToneStandsAtItsNumber) {
  for (const char* locale : {"", "Germany", "United_Kingdom", "Atlantis"}) {
    for (size_t i = 0; i < kTones; ++i) {
      EXPECT_EQ(static_cast<size_t>(tone_table(locale)[i].tone), i);
      EXPECT_EQ(tone_table(locale)[i].name, shape_of(static_cast<Tone>(i)).name);
    }
  }
}

TEST(F93_Tones_Table, EachCountryHasItsOwn) {
  constexpr auto kBusy = static_cast<size_t>(Tone::kBusy);
  EXPECT_EQ(tone_table()[kBusy].hertz, (std::array<uint16_t, 2>{480, 620}));
  EXPECT_EQ(tone_table("Germany")[kBusy].hertz, (std::array<uint16_t, 2>{425, 0}));
  EXPECT_EQ(tone_table("United_Kingdom")[kBusy].on_ms, 375);
  EXPECT_EQ(tone_table("Atlantis")[kBusy].hertz, tone_table("United_States")[kBusy].hertz);
}

TEST(Tones, BusyGoesOnUntilStoppedAndLevelsAddWithoutWrapping) {
  ToneGenerator generator;
  generator.start(Tone::kBusy);
  std::array<int16_t, kFrameSamples> frame{};
  for (int i = 0; i < 1000; ++i) generator.mix(frame);
  EXPECT_EQ(generator.playing(), Tone::kBusy);
  generator.start(Tone::kDial);
  frame.fill(32767);
  generator.mix(frame);
  for (const int16_t sample : frame) EXPECT_GT(sample, 0);
  generator.start(Tone::kNone);
  EXPECT_EQ(generator.playing(), Tone::kNone);
}

}  // namespace
}  // namespace phone::media
