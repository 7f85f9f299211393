// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/clock/time_floor.hpp"

#include <algorithm>

namespace phone::clock {

absl::Time judging_time(const Present& present, const std::vector<absl::Time>& not_before) {
  absl::Time time = present.time;
  if (present.known) return time;
  for (const absl::Time begin : not_before) time = std::max(time, begin);
  return time;
}

Present TimeFloor::present(absl::Time clock, absl::Duration uptime) const {
  const absl::Time passed = proven_ + uptime;
  return {.time = std::max(clock, passed), .known = clock + kClocksDiffer >= std::max(passed, seen_)};
}

}  // namespace phone::clock
