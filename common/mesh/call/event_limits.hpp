// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// event_limits.hpp -- how often an event of one kind is told: a peer that can provoke one at will must not push all
// others out of the event log. Time is a parameter.
#pragma once

#include <absl/time/time.h>

#include <algorithm>
#include <map>
#include <string>

namespace phone::mesh {

class EventLimits {
 public:
  static constexpr int kAtOnce = 16;     // then one each kInterval
  static constexpr size_t kKinds = 128;  // kinds beyond that share one limit
  static inline const absl::Duration kInterval = absl::Seconds(1);

  // Whether one more of that kind may be told now. A clock that is set back costs no more than one burst.
  bool take(const std::string& kind, absl::Time now) {
    const absl::Duration burst = kAtOnce * kInterval;
    absl::Time& paid_until = paid_until_[limited_as(kind)];
    paid_until = std::clamp(paid_until, now, now + burst);
    if (paid_until + kInterval > now + burst) return false;
    paid_until += kInterval;
    return true;
  }
  // The name of its limit: the kind, or "other" where too many kinds have one.
  std::string limited_as(const std::string& kind) const {
    return paid_until_.size() < kKinds || paid_until_.contains(kind) ? kind : "other";
  }

 private:
  std::map<std::string, absl::Time> paid_until_;
};

}  // namespace phone::mesh
