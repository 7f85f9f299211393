// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// token_bucket.hpp -- a rate limit with a burst: `most` at once, and `per_second` more each second. Time is a
// parameter.
#pragma once

#include <absl/time/time.h>

#include <algorithm>

namespace phone {

class TokenBucket {
 public:
  TokenBucket(double most, double per_second) : most_(most), per_second_(per_second), left_(most) {}

  // False, and nothing is taken, when there is less than `amount`.
  bool take(double amount, absl::Time now) {
    fill(now);
    if (left_ < amount) return false;
    left_ -= amount;
    return true;
  }
  // Takes it in any case; the answer is how long until the debt is paid.
  absl::Duration owe(double amount, absl::Time now) {
    fill(now);
    left_ -= amount;
    return left_ >= 0 ? absl::ZeroDuration() : absl::Seconds(-left_ / per_second_);
  }
  void give(double amount, absl::Time now) {
    fill(now);
    left_ = std::min(most_, left_ + amount);
  }

 private:
  void fill(absl::Time now) {
    if (now > filled_) left_ = std::min(most_, left_ + absl::ToDoubleSeconds(now - filled_) * per_second_);
    filled_ = now;
  }

  const double most_, per_second_;
  double left_;
  absl::Time filled_ = absl::InfinitePast();
};

}  // namespace phone
