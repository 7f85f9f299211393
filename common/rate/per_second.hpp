// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>

namespace phone::network {

// How much of a flood is worked on: so many a second, counted from the first of them. Pure: the clock is the caller's.
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

}  // namespace phone::network
