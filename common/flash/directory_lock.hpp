// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// One writer per state directory, also while an old process drains and a new one has started.
#pragma once

#include <filesystem>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/os/descriptor.hpp"

namespace phone::flash {

class DirectoryLock {
 public:
  // DEADLINE_EXCEEDED when another process still holds it after `wait`. Blocks: not for an actor, unless `wait` is
  // zero.
  static absl::StatusOr<DirectoryLock> acquire(const std::filesystem::path& directory, absl::Duration wait);

 private:
  explicit DirectoryLock(os::Descriptor fd) : fd_(std::move(fd)) {}
  os::Descriptor fd_;
};

}  // namespace phone::flash
