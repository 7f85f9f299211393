// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>

namespace phone::network {

// When the phone sends CDP: a few frames a second apart after a start, then one a period. Time is a parameter.
class IntroductionSchedule {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kPeriod{60};  // the usual default
  static constexpr int kQuickOnes = 3;                // a second apart

  // The link has come up, or the policy has changed.
  void restart(Time now) {
    quick_ = kQuickOnes;
    next_ = now;
  }
  // True when a frame is due; the next one is then scheduled.
  bool take(Time now) {
    if (now < next_) return false;
    if (quick_ > 0) --quick_;
    next_ = now + (quick_ > 0 ? std::chrono::seconds(1) : kPeriod);
    return true;
  }
  Time next() const { return next_; }

 private:
  int quick_ = 0;
  Time next_{};
};

}  // namespace phone::network
