#include "common/flash/folder_turn.hpp"

#include "absl/status/status.h"
#include "absl/time/clock.h"

namespace phone::flash {
namespace {

constexpr auto kLook = absl::Milliseconds(50);  // how long a stop() may take; the lock itself is asked for every 5 ms

}  // namespace

absl::StatusOr<FolderTurn> FolderTurn::take_or_wait(const std::filesystem::path& folder) {
  FolderTurn turn(folder);
  auto lock = FolderLock::acquire(folder, absl::ZeroDuration());
  if (!lock.ok() && !absl::IsDeadlineExceeded(lock.status())) return lock.status();
  if (lock.ok()) turn.lock_.emplace(*std::move(lock));
  return turn;
}

void FolderTurn::when_taken(std::function<void()> taken) {
  waiting_ = std::thread([this, taken = std::move(taken)] {
    while (!stopped_) {
      auto lock = FolderLock::acquire(folder_, kLook);
      if (!lock.ok() && !absl::IsDeadlineExceeded(lock.status())) absl::SleepFor(kLook);
      if (!lock.ok()) continue;
      lock_.emplace(*std::move(lock));
      return taken();
    }
  });
}

void FolderTurn::stop() {
  stopped_ = true;
  if (waiting_.joinable()) waiting_.join();
}

}  // namespace phone::flash
