// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace phone::text {

// How dates and times are written, as a call manager's dateTemplate has it (cucm-calls.md 8.7): D, M and Y in any order
// with one of "/", "-" and "." between them; YY is a year of four digits, and A at the end a clock of 12 hours.
class DateTemplate {
 public:
  // None: not such a template.
  static std::optional<DateTemplate> parse(std::string_view text);

  std::string date(absl::Time time, absl::TimeZone zone) const;       // "31.12.26"
  std::string date_time(absl::Time time, absl::TimeZone zone) const;  // "31.12.26 17:05:09", "31.12.26 5:05:09 PM"

 private:
  std::string date_format_;  // as absl::FormatTime has it
  bool half_days_ = false;
};

}  // namespace phone::text
