// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// flood_detector.hpp -- counters into sentences: reports at once that something begins to be refused or lost, and, when
// that has been quiet for a while, how much it was and how long it took. A flood is two events, however
// large.
#pragma once

#include <absl/time/time.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/metrics/metrics.hpp"

namespace phone::metrics {

struct Notice {
  Sort sort;
  std::string what;  // the counter's
  std::string text;  // "41000 RTP packets that are not authentic were refused within 5.1 s; it is over"
  std::uint64_t count;
  absl::Duration lasted;
  bool over;
};

class FloodDetector {
 public:
  static constexpr absl::Duration kQuiet = absl::Seconds(3);  // this long without one more ends a flood

  // To be called every second or so with all readings; restarts are reported elsewhere and ignored here.
  std::vector<Notice> look(const std::vector<Reading>& readings, absl::Time now);

 private:
  struct Flood {
    std::uint64_t before;
    absl::Time began, last_grown;
    std::uint64_t told = 0;
  };
  struct Watched {
    std::uint64_t value = 0;
    std::optional<Flood> flood;
  };
  std::map<std::pair<Sort, std::string>, Watched> watched_;
  absl::Time last_look_ = absl::InfinitePast();
};

}  // namespace phone::metrics
