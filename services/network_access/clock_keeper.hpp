// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "common/clock/clock_watch.hpp"
#include "common/mesh/call/event_log.hpp"
#include "common/os/event_loop.hpp"

namespace phone::network {

// Follows the device's clock: says when it is found to be wrong and when it is right again, has certificates judged
// again, and remembers the last known time for the next start (common/clock).
class ClockKeeper {
 public:
  // `judge_again` is called on the loop whenever dates may be judged differently.
  ClockKeeper(mesh::EventLog& event_log, std::filesystem::path last_time, std::function<void()> judge_again)
      : event_log_(event_log), last_time_(std::move(last_time)), judge_again_(std::move(judge_again)) {}

  absl::Status start(os::EventLoop& loop);
  void stop();
  // Reports a change of what is known of the clock; true then. From any thread.
  bool tell();

 private:
  mesh::EventLog& event_log_;
  const std::filesystem::path last_time_;
  const std::function<void()> judge_again_;
  std::unique_ptr<os::Timer> hourly_;
  std::unique_ptr<clock::ClockWatch> watch_;
  std::atomic<bool> known_ = true;
};

}  // namespace phone::network
