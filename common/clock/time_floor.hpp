// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// time_floor.hpp -- what is known of the present time when the device's clock may be wrong: a phone without a battery
// for its clock starts in 1970, and has to reach its network before anybody can tell it the time. Pure: the clock's
// reading is handed in. decisions/2026-11-29-before-there-is-a-time.md.
#pragma once

#include <algorithm>
#include <vector>

#include "absl/time/time.h"

namespace phone::clock {

struct Present {
  absl::Time time;  // never before the floor
  // False: the device's clock is known to be wrong. `time` is then only the earliest that it can be: what has ended by
  // it has ended, but nothing is refused for being too early.
  bool known = true;
};

// The earliest that it can be, and what shows that.
struct Floor {
  absl::Time time;
  const char* source = "";  // "a trust list's signature"
};

// The earliest moment at which all of these have begun: what to judge by. The present itself when it is known.
absl::Time judging_time(const Present& present, const std::vector<absl::Time>& not_before);

// Moments that have certainly passed.
class TimeFloor {
 public:
  // A clock so far behind is not called wrong, only corrected: authorities' clocks differ from the phone's.
  static constexpr absl::Duration kClocksDiffer = absl::Hours(24);

  explicit TimeFloor(absl::Time built) : proven_(built) {}
  // By a signature, or as this program was built. `uptime` is how long the process has run by the
  // steady clock: the floor rises with it.
  void prove(absl::Time moment, absl::Duration uptime = absl::ZeroDuration(), const char* source = "a signature") {
    if (moment - uptime <= proven_) return;
    proven_ = moment - uptime;
    source_ = source;
  }
  // By the device's own clock, earlier. It may have been wrong then: this only shows that it went backwards.
  void see(absl::Time moment) { seen_ = std::max(seen_, moment); }
  // The clock has been set, or has run for long without being corrected: what was seen before no longer counts against
  // it. What is proven still does.
  void accept(absl::Time clock) { seen_ = std::min(seen_, clock); }
  Floor floor(absl::Duration uptime = absl::ZeroDuration()) const { return {proven_ + uptime, source_}; }
  Present present(absl::Time clock, absl::Duration uptime = absl::ZeroDuration()) const;

 private:
  absl::Time proven_;  // as seen from the start of the process
  const char* source_ = "the day the program was built";
  absl::Time seen_ = absl::InfinitePast();
};

}  // namespace phone::clock
