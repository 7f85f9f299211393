// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// comfort_noise.hpp -- the noise that a far end describes while it is silent (RFC 3389): its level, and its spectrum as
// reflection coefficients.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace phone::media {

class ComfortNoise {
 public:
  static constexpr size_t kMaxOrder = 12;

  // A payload of comfort noise. An empty one is silence; coefficients beyond kMaxOrder are left out (section 3.2).
  void describe(std::span<const uint8_t> payload);
  void make(std::span<int16_t> audio);

 private:
  double noise();

  double level_ = 0;  // root mean square
  size_t order_ = 0;
  std::array<double, kMaxOrder> reflection_{};
  std::array<double, kMaxOrder + 1> memory_{};
  uint32_t seed_ = 1;
};

}  // namespace phone::media
