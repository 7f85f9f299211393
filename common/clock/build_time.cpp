// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "common/clock/present_time.hpp"

namespace phone::clock {

// SOURCE_DATE_EPOCH sets __DATE__ as well, so packages stay reproducible.
absl::Time build_time() {
  static const absl::Time built = [] {
    absl::Time parsed = absl::UnixEpoch();
    std::string error;
    (void)absl::ParseTime("%b %d %Y", __DATE__, &parsed, &error);
    return parsed;
  }();
  return built;
}

}  // namespace phone::clock
