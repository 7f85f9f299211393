// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/clock/clock_watch.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

namespace phone::clock {

absl::Status ClockWatch::start() {
  timer_ = os::Descriptor(timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!timer_ || !arm()) return absl::UnavailableError(std::string("watching the clock: ") + std::strerror(errno));
  watch_.emplace(loop_, timer_.get(), EPOLLIN, [this](std::uint32_t) {
    std::uint64_t ignored = 0;
    const bool set = read(timer_.get(), &ignored, sizeof ignored) < 0 && errno == ECANCELED;
    (void)arm();
    if (set) was_set_();
  });
  return absl::OkStatus();
}

// For a moment that does not come; only that it is cancelled counts.
bool ClockWatch::arm() {
  itimerspec never{};
  never.it_value.tv_sec = INT32_MAX * std::int64_t{8};
  return timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr) == 0;
}

}  // namespace phone::clock
