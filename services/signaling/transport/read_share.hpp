// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/time/time.h>

#include <algorithm>
#include <cstddef>

namespace phone::signaling {

// How much work one connection may cause: a token bucket in bytes, where every message costs kOverhead more than its
// size, since small ones cost work too. The reader waits while it is overdrawn, and TCP makes the server wait. A burst
// of some 200 ordinary messages (3 KiB) passes without any wait.
class ReadShare {
 public:
  static constexpr size_t kOverhead = 1024;
  static constexpr double kBurst = 1024 * 1024;
  static constexpr double kPerSecond = 1024 * 1024;  // a thousand small messages, or 17 of the largest that are costly

  explicit ReadShare(absl::Time now) : at_(now) {}

  // A message of that size has been read. How long to wait before it is handled: zero within the share.
  absl::Duration take(size_t size, absl::Time now) {
    const double passed = std::max(0.0, absl::ToDoubleSeconds(now - at_));
    left_ = std::min(kBurst, left_ + passed * kPerSecond) - static_cast<double>(size + kOverhead);
    at_ = now;
    return left_ >= 0 ? absl::ZeroDuration() : absl::Seconds(-left_ / kPerSecond);
  }

 private:
  double left_ = kBurst;
  absl::Time at_;
};

}  // namespace phone::signaling
