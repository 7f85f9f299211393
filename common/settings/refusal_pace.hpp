// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace phone::settings {

// A change that the lock refuses is an audit event, and can be asked for at will: the first is told at once, those
// after it as a number, at most every ten minutes, so that asking washes nothing out of the log.
class RefusalPace {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::minutes kPause{10};

  // What is added to the sentence; none: this one is only counted.
  std::optional<std::string> tell(Time now) {
    if (last_ && now - *last_ < kPause) {
      ++untold_;
      return std::nullopt;
    }
    last_ = now;
    const std::uint64_t before = untold_;
    untold_ = 0;
    return before == 0 ? std::string() : " (refused " + std::to_string(before) + " times more before)";
  }

 private:
  std::optional<Time> last_;
  std::uint64_t untold_ = 0;
};

}  // namespace phone::settings
