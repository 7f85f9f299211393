// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// steady_time.hpp -- for deadlines and for what lasts a while. A phone without a battery for its clock is told the time
// by its network: a transfer of that moment must neither end 56 years too late by absl::Now(), nor wait for years when
// the clock is set back.
#pragma once

#include <chrono>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace phone::os {

// The device's clock as first read, advanced by the steady clock. Not for people or certificates.
inline absl::Time steady_now() {
  static const absl::Time base = absl::Now();
  static const auto since = std::chrono::steady_clock::now();
  return base + absl::FromChrono(std::chrono::steady_clock::now() - since);
}

}  // namespace phone::os
