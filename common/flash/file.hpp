// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// State files that a power cut leaves either old or new, never between.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace phone::flash {

// Temporary file beside it, fsync, rename, fsync of the directory. Any failure leaves the old bytes in place, except
// that of the last step: then the new bytes are there but may not outlive a power cut, and the status says so
// (INTERNAL).
absl::Status write(const std::filesystem::path& file, std::string_view content, mode_t mode = 0600);

// NOT_FOUND when there is none, RESOURCE_EXHAUSTED when it is longer than `limit` bytes, FAILED_PRECONDITION when it is
// no plain file.
absl::StatusOr<std::string> read(const std::filesystem::path& file, std::size_t limit);

// Absent is success.
absl::Status remove(const std::filesystem::path& file);

}  // namespace phone::flash
