// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "common/os/descriptor.hpp"
#include "common/os/event_loop.hpp"

namespace phone::clock {

// Tells when the device's clock is set, forwards or backwards (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET).
class ClockWatch {
 public:
  ClockWatch(os::EventLoop& loop, std::function<void()> was_set) : loop_(loop), was_set_(std::move(was_set)) {}
  ClockWatch(const ClockWatch&) = delete;
  ClockWatch& operator=(const ClockWatch&) = delete;
  absl::Status start();

 private:
  bool arm();

  os::EventLoop& loop_;
  const std::function<void()> was_set_;
  os::Descriptor timer_;
  std::optional<os::Watch> watch_;
};

}  // namespace phone::clock
