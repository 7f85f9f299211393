// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/metrics/flood_detector.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>

namespace phone::metrics {
namespace {

const char* past(Sort sort) { return sort == Sort::kLoss ? "lost" : "refused"; }

}  // namespace

std::vector<Notice> FloodDetector::look(const std::vector<Reading>& readings, absl::Time now) {
  std::vector<Notice> notices;
  for (const Reading& reading : readings) {
    if (reading.sort == Sort::kRestart || reading.text.empty()) continue;
    Watched& watched = watched_[{reading.sort, reading.what}];
    const bool grew = reading.value > watched.value;
    if (grew && !watched.flood) {
      // It began some time after the look before.
      watched.flood =
          Flood{.before = watched.value, .began = std::max(last_look_, now - absl::Seconds(1)), .last_grown = now};
      const std::uint64_t count = reading.value - watched.value;
      watched.flood->told = count;
      notices.push_back({.sort = reading.sort,
                         .what = reading.what,
                         .text = absl::StrCat(reading.text, " are ", past(reading.sort), ": ", count, " so far"),
                         .count = count,
                         .lasted = absl::ZeroDuration(),
                         .over = false});
    } else if (grew) {
      watched.flood->last_grown = now;
    } else if (watched.flood && now - watched.flood->last_grown >= kQuiet) {
      const Flood& flood = *watched.flood;
      const std::uint64_t count = reading.value - flood.before;
      // Nothing has happened since the first report.
      if (count > flood.told) {
        const absl::Duration lasted = flood.last_grown - flood.began;
        notices.push_back({.sort = reading.sort,
                           .what = reading.what,
                           .text = absl::StrFormat("%d %s were %s within %.1f s; this has stopped", count, reading.text,
                                                   past(reading.sort), absl::ToDoubleSeconds(lasted)),
                           .count = count,
                           .lasted = lasted,
                           .over = true});
      }
      watched.flood.reset();
    }
    watched.value = reading.value;
  }
  last_look_ = now;
  return notices;
}

}  // namespace phone::metrics
