// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// fresh_capture.hpp -- captured sound between the thread of a sound card and the tick. After drop() nothing that was
// captured before it comes out any more: what waits here, and what the card itself still holds.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "services/media/device/spsc_ring.hpp"
#include "services/media/tone/tone.hpp"

namespace phone::media {

class FreshCapture {
 public:
  // What a card may hold: its latency, and the frame that its thread is reading.
  static constexpr size_t kInTheCard = 3 * kFrameSamples;
  static constexpr size_t kTooFarBehind = 4 * kFrameSamples;  // more would be audible delay

  // The card's thread.
  void put(std::span<const int16_t> samples) { ring_.write(samples); }

  // The tick.
  void drop() { stale_ = ring_.size() + kInTheCard; }
  // Silence where there is nothing.
  void take(std::span<int16_t> frame) {
    std::array<int16_t, kFrameSamples> unwanted;
    while (stale_ > 0) {
      const size_t read = ring_.read(std::span<int16_t>(unwanted).first(std::min(stale_, unwanted.size())));
      if (read == 0) break;
      stale_ -= read;
    }
    while (ring_.size() > kTooFarBehind) ring_.read(unwanted);
    const size_t got = stale_ > 0 ? 0 : ring_.read(frame);
    std::fill(frame.begin() + static_cast<std::ptrdiff_t>(got), frame.end(), int16_t{0});
  }

 private:
  SpscRing<int16_t, 1 << 13> ring_;
  size_t stale_ = 0;  // samples still to be thrown away
};

}  // namespace phone::media
