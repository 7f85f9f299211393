// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <time.h>

#include <chrono>

#include "tools/rig/relaxed.hpp"

namespace phone::signaling {

using Microseconds = std::chrono::microseconds;

// What the work of one message may take on this thread. The goal is 20 ms; other work on the machine must not fail a
// test, and under a sanitizer everything is slower.
inline constexpr Microseconds kMostWork = std::chrono::milliseconds(20 * 5 * (rig::kRelaxed ? 8 : 1));

// CPU time of this thread for `work`.
template <class Work>
Microseconds thread_time(Work work) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  };
  const auto before = now();
  work();
  return std::chrono::duration_cast<Microseconds>(now() - before);
}

}  // namespace phone::signaling
