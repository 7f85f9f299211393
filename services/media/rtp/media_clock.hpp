// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// media_clock.hpp -- the timestamps of a source, made continuous. Far ends freeze them during a pause, let them go back
// or start anew; what follows then joins what was before, as far away from it as it arrived later.
#pragma once

#include <cstdint>

namespace phone::media {

class MediaClock {
 public:
  void start(uint32_t clock_rate);
  bool started() const { return started_; }
  uint32_t clock_rate() const { return rate_; }

  struct Moment {
    uint32_t timestamp = 0;
    int64_t step_us = 0;    // since the packet with the highest sequence number before; 0 for one that comes late
    bool rejoined = false;  // its own timestamp did not continue
  };
  // For packets with audio or comfort noise. A repeated or late packet changes nothing.
  Moment of(uint16_t sequence, uint32_t timestamp, int64_t arrival_us);

 private:
  bool continues(int ahead, int64_t step_us, int64_t elapsed_us) const;
  uint32_t units(int64_t us) const { return static_cast<uint32_t>(us * rate_ / 1'000'000); }

  uint32_t rate_ = 8000;
  bool started_ = false;
  uint16_t sequence_ = 0;    // of the newest packet
  uint32_t timestamp_ = 0;   // as it was sent
  uint32_t continuous_ = 0;  // as it was handed out
  int64_t arrival_us_ = 0;
};

}  // namespace phone::media
