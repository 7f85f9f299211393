// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/flash/state_dir_lock.hpp"

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/log/log.hpp"

namespace phone::flash {
namespace {

// Nothing tells us when another process lets go of a lock.
constexpr std::chrono::milliseconds kBusy{5}, kTrouble{50};

}  // namespace

absl::StatusOr<StateDirLock> StateDirLock::take_or_wait(const std::filesystem::path& directory) {
  StateDirLock turn(directory);
  auto lock = DirectoryLock::acquire(directory, absl::ZeroDuration());
  turn.missing_ = absl::IsNotFound(lock.status());
  if (turn.missing_) {
    log::error("the state directory is missing; nothing can be saved", {{"directory", directory.string()}});
    return turn;
  }
  if (!lock.ok() && !absl::IsDeadlineExceeded(lock.status())) return lock.status();
  if (lock.ok()) turn.lock_.emplace(*std::move(lock));
  return turn;
}

void StateDirLock::when_taken(os::EventLoop& loop, std::function<void()> taken) {
  next_try_ = std::make_unique<os::Timer>(loop, [this, taken = std::move(taken)] {
    auto lock = DirectoryLock::acquire(directory_, absl::ZeroDuration());
    if (!lock.ok()) return next_try_->expire_in(absl::IsDeadlineExceeded(lock.status()) ? kBusy : kTrouble);
    lock_.emplace(*std::move(lock));
    taken();
  });
  next_try_->expire_in(kBusy);
}

// A try may be under way: reset() alone would clear the pointer that it uses.
void StateDirLock::stop() {
  if (next_try_) next_try_->cancel();
  next_try_.reset();
}

}  // namespace phone::flash
