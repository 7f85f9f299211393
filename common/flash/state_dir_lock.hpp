// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Which process may write a state directory while an upgrade has an old and a new process side by side: the new one
// reads and serves at once, and writes when the old one has let go.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "common/flash/directory_lock.hpp"
#include "common/os/event_loop.hpp"

namespace phone::flash {

class StateDirLock {
 public:
  // Takes the lock if it is free. A lock held by another process is not an error; any other failure is. A directory
  // that is missing because flash has no room for it counts as ours; writing there fails with the cause.
  static absl::StatusOr<StateDirLock> take_or_wait(const std::filesystem::path& directory);
  StateDirLock(StateDirLock&& other) noexcept
      : directory_(std::move(other.directory_)), lock_(std::move(other.lock_)), missing_(other.missing_) {}
  ~StateDirLock() { stop(); }

  bool ours() const { return lock_.has_value() || missing_; }
  // When it is not ours yet: `taken` is called once, on the loop, as soon as it is. What was read before may have been
  // changed since. Not after stop().
  void when_taken(os::EventLoop& loop, std::function<void()> taken);
  void stop();

 private:
  explicit StateDirLock(std::filesystem::path directory) : directory_(std::move(directory)) {}
  const std::filesystem::path directory_;
  std::optional<DirectoryLock> lock_;
  bool missing_ = false;
  std::unique_ptr<os::Timer> next_try_;
};

}  // namespace phone::flash
