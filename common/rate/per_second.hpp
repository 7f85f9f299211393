// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// per_second.hpp -- how much of a flood is handled: so many a second, counted from the first of them. Time is a
// parameter.
#pragma once

#include <chrono>

namespace phone {

class PerSecond {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit constexpr PerSecond(int most) : most_(most) {}

  // False when this second has had its share.
  bool take(Time now) {
    if (now >= end()) {
      since_ = now;
      taken_ = 0;
    }
    if (taken_ >= most_) return false;
    ++taken_;
    return true;
  }
  bool exhausted(Time now) const { return taken_ >= most_ && now < end(); }
  // When the next one is taken for certain.
  Time end() const { return since_ + std::chrono::seconds(1); }

 private:
  int most_;
  int taken_ = 0;
  Time since_{};
};

}  // namespace phone
