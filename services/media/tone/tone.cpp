// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/tone/tone.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace phone::media {
namespace {

constexpr double kFullScaleDbm0 = 3.14;              // a full-scale sine (G.711 mu-law is 3.17, A-law 3.14)
constexpr uint64_t kEdgeSamples = kAudioRate / 200;  // 5 ms ramps, so that a beep does not click

double amplitude(const ToneShape& shape) { return 32767.0 * std::pow(10.0, (shape.dbm0 - kFullScaleDbm0) / 20.0); }

// How loud the cadence is at this sample: 0 in the pauses, 1 in the beeps, a ramp at their edges.
double envelope(const ToneShape& shape, uint64_t at) {
  if (shape.on_ms == 0) return at < kEdgeSamples ? static_cast<double>(at) / kEdgeSamples : 1.0;
  const uint64_t on = uint64_t{shape.on_ms} * kAudioRate / 1000;
  const uint64_t inside = at % (on + uint64_t{shape.off_ms} * kAudioRate / 1000);
  if (inside >= on) return 0;
  const uint64_t edge = std::min(inside, on - 1 - inside);
  return edge >= kEdgeSamples ? 1.0 : static_cast<double>(edge) / kEdgeSamples;
}

}  // namespace

uint32_t tone_milliseconds(const ToneShape& shape) {
  if (shape.beeps == 0) return 0;
  return uint32_t{shape.beeps} * (uint32_t{shape.on_ms} + shape.off_ms) - shape.off_ms;
}

void ToneGenerator::start(Tone tone, std::span<const ToneShape> table) {
  shape_ = tone == Tone::kNone ? nullptr : &table[static_cast<size_t>(tone)];
  at_ = 0;
  phase_ = {};
}

void ToneGenerator::mix(std::span<int16_t> into) {
  if (shape_ == nullptr) return;
  const uint64_t end = uint64_t{tone_milliseconds(*shape_)} * kAudioRate / 1000;
  const double loud = amplitude(*shape_);
  for (int16_t& sample : into) {
    if (end != 0 && at_ >= end) {
      shape_ = nullptr;
      return;
    }
    double wave = 0;
    for (size_t i = 0; i < phase_.size(); ++i) {
      if (shape_->hertz[i] == 0) continue;
      wave += std::sin(phase_[i]);
      phase_[i] += 2 * std::numbers::pi * shape_->hertz[i] / kAudioRate;
      if (phase_[i] > 2 * std::numbers::pi) phase_[i] -= 2 * std::numbers::pi;
    }
    const double mixed = sample + wave * loud * envelope(*shape_, at_);
    sample = static_cast<int16_t>(std::clamp(mixed, -32768.0, 32767.0));
    ++at_;
  }
}

}  // namespace phone::media
