// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// lent_worker.hpp -- the thread a call came in on works for the actors that are asked, once the handler has returned:
// without it each call wakes the actors' worker and is woken by it, half as much again as the call itself
// (decisions/2026-11-25-lent-thread.md). An actor is still one thing at a time: CAF hands a job to one worker only, and
// the rest after a few messages goes to the actors' own worker.
#pragma once

#include <absl/time/clock.h>
#include <absl/time/time.h>

#include <atomic>
#include <memory>
#include <utility>

namespace phone::mesh {

// One per thread that takes calls, made and used on that thread.
class LentWorker {
 public:
  LentWorker();
  LentWorker(const LentWorker&) = delete;
  LentWorker& operator=(const LentWorker&) = delete;
  ~LentWorker();

  // Handles one event, then runs the actors that its requests have made ready.
  template <class Handle>
  void turn(Handle handle) {
    since_ = absl::ToUnixNanos(absl::Now());
    handle();
    work();
    since_ = 0;
  }

  class Unit;
  // This thread's; null where there is none.
  static Unit* here();
  // For how long a lent thread of this process has been at one turn; zero when all are idle. The watchdog's question
  // to the actors' own worker does not show a thread that hangs here.
  static absl::Duration longest_turn();

 private:
  void work();

  const std::unique_ptr<Unit> unit_;
  std::atomic<int64_t> since_ = 0;
};

}  // namespace phone::mesh
