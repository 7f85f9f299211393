// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/text/date_template.hpp"

#include <algorithm>
#include <utility>

namespace phone::text {
namespace {

constexpr std::string_view kSeparators = "/-.";

// Takes one of D, M, YY and Y from the front; empty: there is none.
std::string take_part(std::string_view& text) {
  for (const auto& [part, format] :
       {std::pair<std::string_view, const char*>{"D", "%d"}, std::pair<std::string_view, const char*>{"M", "%m"},
        std::pair<std::string_view, const char*>{"YY", "%Y"}, std::pair<std::string_view, const char*>{"Y", "%y"}}) {
    if (!text.starts_with(part)) continue;
    text.remove_prefix(part.size());
    return format;
  }
  return {};
}

}  // namespace

std::optional<DateTemplate> DateTemplate::parse(std::string_view text) {
  DateTemplate made;
  std::string kinds;
  for (int part = 0; part < 3; ++part) {
    if (part > 0) {
      if (text.empty() || kSeparators.find(text.front()) == std::string_view::npos) return std::nullopt;
      made.date_format_ += text.front();
      text.remove_prefix(1);
    }
    const std::string format = take_part(text);
    if (format.empty()) return std::nullopt;
    made.date_format_ += format;
    kinds += format.back() == 'Y' ? 'y' : format.back();
  }
  std::ranges::sort(kinds);
  if (kinds != "dmy") return std::nullopt;  // one is missing, another is there twice
  if (text.starts_with('A')) {
    made.half_days_ = true;
    text.remove_prefix(1);
  }
  if (!text.empty()) return std::nullopt;
  return made;
}

std::string DateTemplate::date(absl::Time time, absl::TimeZone zone) const {
  return absl::FormatTime(date_format_, time, zone);
}

std::string DateTemplate::date_time(absl::Time time, absl::TimeZone zone) const {
  std::string clock = absl::FormatTime(half_days_ ? "%I:%M:%S %p" : "%H:%M:%S", time, zone);
  if (half_days_ && clock.front() == '0') clock.erase(0, 1);
  return date(time, zone) + " " + clock;
}

}  // namespace phone::text
