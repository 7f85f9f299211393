// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <time.h>

#include "tools/rig/relaxed.hpp"

namespace phone::tests {

// What `work` costs this thread: other processes on the machine do not count.
template <class Work>
double cpu_milliseconds(Work work) {
  timespec before{}, after{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
  work();
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
  return static_cast<double>(after.tv_sec - before.tv_sec) * 1e3 +
         static_cast<double>(after.tv_nsec - before.tv_nsec) / 1e6;
}

// No message costs more than 20 ms; asserted with five times that, since caches and clocks are shared.
inline constexpr double kMostOfOneMessage = 100.0 * (rig::kRelaxed ? 20 : 1);

}  // namespace phone::tests
