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
#include "phone/mesh/v1/events.pb.h"

namespace phone::policy {

// The audit log on flash: one JSON object a line, two files of at most `limit` bytes, the older thrown away. Lines that
// find no room wait, the latest of them, and are written with the next one for which there is room. Any thread.
class AuditLog {
 public:
  explicit AuditLog(std::filesystem::path directory, std::size_t limit = 256 * 1024);
  static constexpr std::size_t kMostWaiting = 200;
  void append(const mesh::v1::Event& event);

 private:
  absl::Status write(const std::string& line);

  const std::filesystem::path file_;
  const std::size_t limit_;
  std::mutex mutex_;
  std::deque<std::string> waiting_;
  std::uint64_t lost_ = 0;
  bool told_ = false;
};

// One line without its end. Text of peers cannot break out of it.
std::string audit_line(const mesh::v1::Event& event);

}  // namespace phone::policy
