// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/codec/comfort_noise.hpp"

#include <algorithm>
#include <cmath>

namespace phone::media {
namespace {

constexpr double kOverload = 32768;  // 0 dBov: a square wave that fills the range
constexpr double kAlmostOne = 0.98;  // a filter whose coefficients reach 1 rings for ever

}  // namespace

void ComfortNoise::describe(std::span<const uint8_t> payload) {
  const int below = payload.empty() ? 127 : payload[0] & 0x7f;
  level_ = below == 127 ? 0 : kOverload * std::pow(10.0, -below / 20.0);
  order_ = payload.empty() ? 0 : std::min(payload.size() - 1, kMaxOrder);
  for (size_t i = 0; i < order_; ++i)
    reflection_[i] = std::clamp((static_cast<double>(payload[i + 1]) - 127) / 128, -kAlmostOne, kAlmostOne);
  memory_.fill(0);
}

// Uniform, of unit variance.
double ComfortNoise::noise() {
  seed_ = seed_ * 1664525U + 1013904223U;
  return (static_cast<double>(seed_ >> 8) / 8388608.0 - 1.0) * 1.7320508;
}

void ComfortNoise::make(std::span<int16_t> audio) {
  // The lattice raises the power by 1 / product(1 - k^2): the excitation is that much weaker.
  double gain = level_;
  for (size_t i = 0; i < order_; ++i) gain *= std::sqrt(1 - reflection_[i] * reflection_[i]);
  for (int16_t& sample : audio) {
    double forward = gain * noise();
    for (size_t i = order_; i-- > 0;) {
      forward -= reflection_[i] * memory_[i];
      memory_[i + 1] = memory_[i] + reflection_[i] * forward;
    }
    memory_[0] = forward;
    sample = static_cast<int16_t>(std::clamp(forward, -32768.0, 32767.0));
  }
}

}  // namespace phone::media
