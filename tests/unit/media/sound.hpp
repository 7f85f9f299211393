// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// sound.hpp -- sines, and how much of one is in a recording.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <numbers>
#include <span>

#include "services/media/tone/tone.hpp"

namespace phone::media::testing_sound {

inline constexpr double kAmplitude = 8000;

class Sine {
 public:
  explicit Sine(double hertz) : hertz_(hertz) {}
  void fill(std::span<int16_t> frame) {
    for (int16_t& sample : frame) {
      sample = static_cast<int16_t>(kAmplitude * std::sin(phase_));
      phase_ += 2 * std::numbers::pi * hertz_ / kAudioRate;
    }
  }

 private:
  const double hertz_;
  double phase_ = 0;
};

// The amplitude of one frequency (Goertzel).
inline double level_of(std::span<const int16_t> samples, double hertz) {
  double real = 0, imaginary = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / kAudioRate;
    real += samples[i] * std::cos(angle);
    imaginary += samples[i] * std::sin(angle);
  }
  return 2 * std::hypot(real, imaginary) / static_cast<double>(samples.size());
}

// Root mean square.
inline double power_of(std::span<const int16_t> samples) {
  double sum = 0;
  for (const int16_t sample : samples) sum += double{1} * sample * sample;
  return std::sqrt(sum / static_cast<double>(samples.size()));
}

inline int loudest(std::span<const int16_t> samples) {
  int most = 0;
  for (const int16_t sample : samples) most = std::max(most, std::abs(int{sample}));
  return most;
}

}  // namespace phone::media::testing_sound
