// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// rate_limited.hpp -- a line that a stranger can provoke at will is written at most once a second.
#pragma once

#include <atomic>
#include <chrono>

namespace phone::log {

class RateLimited {
 public:
  bool due() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    auto last = last_.load();
    return (last == 0 || now - last >= kPause.count()) && last_.compare_exchange_strong(last, now);
  }

 private:
  static constexpr std::chrono::steady_clock::duration kPause = std::chrono::seconds(1);
  std::atomic<std::chrono::steady_clock::rep> last_ = 0;
};

}  // namespace phone::log
