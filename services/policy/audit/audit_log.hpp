// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <filesystem>
#include <mutex>
#include <string>

#include "phone/mesh/v1/events.pb.h"

namespace phone::policy {

// The audit log on flash: one JSON object a line, two files of at most `limit` bytes, the older thrown away. Any
// thread.
class AuditLog {
 public:
  explicit AuditLog(std::filesystem::path directory, std::size_t limit = 256 * 1024);
  void append(const mesh::v1::Event& event);

 private:
  const std::filesystem::path file_;
  const std::size_t limit_;
  std::mutex mutex_;
};

// One line without its end. Text of peers cannot break out of it.
std::string audit_line(const mesh::v1::Event& event);

}  // namespace phone::policy
