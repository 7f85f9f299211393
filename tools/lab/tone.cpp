// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/tone.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace phone::lab {
namespace {

// Mean power of the tone, relative to full scale squared.
double goertzel(std::span<const int16_t> samples, unsigned rate, double hz) {
  const double w = 2.0 * std::numbers::pi * hz / rate;
  const double coefficient = 2.0 * std::cos(w);
  double first = 0;
  double second = 0;
  for (const int16_t sample : samples) {
    const double next = sample / 32768.0 + coefficient * first - second;
    second = first;
    first = next;
  }
  const double power = first * first + second * second - coefficient * first * second;
  const auto count = static_cast<double>(samples.size());
  return 2.0 * power / (count * count);
}

}  // namespace

Tone measure_tone(std::span<const int16_t> samples, unsigned rate, double hz) {
  Tone tone;
  if (samples.empty() || rate == 0) return tone;
  double total = 0;
  for (const int16_t sample : samples) total += sample / 32768.0 * (sample / 32768.0);
  total /= static_cast<double>(samples.size());
  double best = 0;
  const double step = std::max(0.25, 0.25 * rate / static_cast<double>(samples.size()));
  for (double f = hz * 0.97; f <= hz * 1.03; f += step) {
    const double power = goertzel(samples, rate, f);
    if (power > best) {
      best = power;
      tone.hz = f;
    }
  }
  if (best > 0) tone.level_dbfs = std::max(-120.0, 10.0 * std::log10(2.0 * best));
  if (total > 0) tone.purity = std::min(1.0, best / total);
  return tone;
}

}  // namespace phone::lab
