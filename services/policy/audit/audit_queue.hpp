// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <mutex>
#include <string>

#include "absl/status/status.h"

namespace phone::policy {

// Frames ("LEN SP MSG") that wait for their collector, on flash, in order: some files, the oldest thrown away when
// there are too many. What was delivered is noted, so that a restart repeats at most what was on its way. Any thread.
class AuditQueue {
 public:
  struct Limits {
    std::size_t file = std::size_t{64} << 10U;
    std::size_t files = 8;
  };
  // Damaged files lose what cannot be read of them.
  explicit AuditQueue(std::filesystem::path directory);
  AuditQueue(std::filesystem::path directory, Limits limits);

  // How many frames had to be thrown away for it.
  struct Appended {
    absl::Status status;
    std::uint64_t dropped = 0;
  };
  Appended append(const std::string& frame);

  struct Batch {
    std::string frames;
    std::uint64_t count = 0;
    std::uint64_t file = 0;  // that they are of
    std::size_t end = 0;     // where the next ones begin in it
  };
  // The oldest that wait, whole ones, at most `most` bytes but one at least; empty: none.
  Batch next(std::size_t most) const;
  absl::Status delivered(const Batch& batch);

  std::uint64_t waiting() const;

 private:
  struct File {
    std::uint64_t number = 0;
    std::size_t size = 0;
    std::uint64_t frames = 0;  // that wait
  };
  std::filesystem::path path_of(std::uint64_t number) const;
  void read_directory();
  void remove_first();

  const std::filesystem::path directory_;
  const Limits limits_;
  mutable std::mutex mutex_;
  std::deque<File> files_;
  std::size_t begin_ = 0;  // in the first file
  std::uint64_t next_number_ = 1;
};

}  // namespace phone::policy
