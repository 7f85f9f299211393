// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// rate_limited.hpp -- a line that a stranger can provoke at will is written at most once a second, or so often as said.
#pragma once

#include <atomic>
#include <chrono>

namespace phone::log {

class RateLimited {
 public:
  RateLimited() = default;
  explicit RateLimited(std::chrono::steady_clock::duration pause) : pause_(pause) {}
  bool due() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    auto last = last_.load();
    return (last == 0 || now - last >= pause_.count()) && last_.compare_exchange_strong(last, now);
  }

 private:
  const std::chrono::steady_clock::duration pause_ = std::chrono::seconds(1);
  std::atomic<std::chrono::steady_clock::rep> last_ = 0;
};

}  // namespace phone::log
