// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/flash/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace phone::flash {

absl::StatusOr<DirectoryLock> DirectoryLock::acquire(const std::filesystem::path& directory, absl::Duration wait) {
  os::Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", directory.string()));
  const absl::Time deadline = absl::Now() + wait;
  // flock has no time-out of its own, and a signal-driven one would not survive threads: ask again every few
  // milliseconds.
  for (;;) {
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return DirectoryLock(std::move(fd));
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return absl::ErrnoToStatus(errno, absl::StrCat("cannot lock ", directory.string()));
    }
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) {
      return absl::DeadlineExceededError(absl::StrCat(directory.string(), " is held by another process"));
    }
    absl::SleepFor(std::min(left, absl::Milliseconds(5)));
  }
}

}  // namespace phone::flash
