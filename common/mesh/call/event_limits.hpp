// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// event_limits.hpp -- how often an event of one kind is reported: a peer that can provoke one at will must not push all
// others out of the event log. Time is a parameter.
#pragma once

#include <absl/time/time.h>

#include <map>
#include <string>

#include "common/rate/token_bucket.hpp"

namespace phone::mesh {

class EventLimits {
 public:
  static constexpr double kAtOnce = 16, kPerSecond = 1;
  static constexpr size_t kKinds = 128;  // kinds beyond that share one limit

  // Whether one more of that kind may be reported now.
  bool take(const std::string& kind, absl::Time now) {
    return limits_.try_emplace(limited_as(kind), kAtOnce, kPerSecond).first->second.take(1, now);
  }
  // The name of its limit: the kind, or "other" where too many kinds have one.
  std::string limited_as(const std::string& kind) const {
    return limits_.size() < kKinds || limits_.contains(kind) ? kind : "other";
  }

 private:
  std::map<std::string, TokenBucket> limits_;
};

}  // namespace phone::mesh
