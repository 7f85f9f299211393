// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/media_clock.hpp"

#include <algorithm>

namespace phone::media {
namespace {

constexpr int64_t kFrameUs = 20'000;
constexpr int64_t kMostAheadUs = 2'000'000;  // a timestamp runs ahead of the clock by more: it has started anew
constexpr int64_t kPauseUs = 500'000;        // nothing is lost, yet it comes so much later: the timestamp stood still

}  // namespace

void MediaClock::start(uint32_t clock_rate) {
  *this = MediaClock{};
  rate_ = clock_rate;
}

bool MediaClock::continues(int ahead, int64_t step_us, int64_t elapsed_us) const {
  if (step_us <= 0 || step_us > elapsed_us + kMostAheadUs) return false;
  return ahead > 1 || elapsed_us - step_us < kPauseUs;
}

MediaClock::Moment MediaClock::of(uint16_t sequence, uint32_t timestamp, int64_t arrival_us) {
  Moment moment{.timestamp = timestamp, .step_us = 0, .rejoined = false};
  if (!started_) {
    started_ = true;
    sequence_ = sequence;
    timestamp_ = continuous_ = timestamp;
    arrival_us_ = arrival_us;
    return moment;
  }
  const int ahead = static_cast<int16_t>(sequence - sequence_);
  const auto step = static_cast<int32_t>(timestamp - timestamp_);
  if (ahead <= 0) {
    moment.timestamp = continuous_ + static_cast<uint32_t>(step);
    // From before the timestamps started anew.
    if (ahead < 0 && step >= 0) moment.timestamp = continuous_ - static_cast<uint32_t>(-ahead) * units(kFrameUs);
    return moment;
  }
  const int64_t elapsed_us = std::max<int64_t>(arrival_us - arrival_us_, 0);
  moment.step_us = int64_t{step} * 1'000'000 / rate_;
  if (!continues(ahead, moment.step_us, elapsed_us)) {
    moment.step_us = std::max(elapsed_us, kFrameUs);
    moment.rejoined = true;
  }
  moment.timestamp = continuous_ + (moment.rejoined ? units(moment.step_us) : static_cast<uint32_t>(step));
  sequence_ = sequence;
  timestamp_ = timestamp;
  continuous_ = moment.timestamp;
  arrival_us_ = std::max(arrival_us_, arrival_us);
  return moment;
}

}  // namespace phone::media
