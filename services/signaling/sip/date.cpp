// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/date.hpp"

#include <absl/time/time.h>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr char kForm[] = "%a, %d %b %Y %H:%M:%S GMT";

}  // namespace

std::string write_date(WallTime time) { return absl::FormatTime(kForm, absl::FromChrono(time), absl::UTCTimeZone()); }

std::optional<WallTime> read_date(std::string_view text) {
  constexpr size_t kLongest = 40;
  text = trim(text);
  absl::Time time;
  if (text.size() > kLongest ||
      !absl::ParseTime(kForm, {text.data(), text.size()}, absl::UTCTimeZone(), &time, nullptr))
    return std::nullopt;
  const absl::Time first = absl::FromCivil(absl::CivilYear(2000), absl::UTCTimeZone());
  const absl::Time last = absl::FromCivil(absl::CivilYear(2200), absl::UTCTimeZone());
  if (time < first || time >= last) return std::nullopt;
  return absl::ToChronoTime(time);
}

}  // namespace phone::signaling
