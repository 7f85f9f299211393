// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/audit/audit_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "absl/time/time.h"
#include "common/log/log.hpp"

namespace phone::policy {
namespace {

constexpr std::size_t kMaxLine = 4096;

}  // namespace

std::string audit_line(const mesh::v1::Event& event) {
  const absl::Time time = absl::FromUnixNanos(event.time().seconds() * 1'000'000'000 + event.time().nanos());
  nlohmann::ordered_json line;
  line["time"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
  line["service"] = event.service();
  line["kind"] = event.kind();
  line["severity"] = event.severity() == mesh::v1::SEVERITY_ERROR     ? "error"
                     : event.severity() == mesh::v1::SEVERITY_WARNING ? "warning"
                                                                      : "info";
  line["text"] = event.text();
  for (const auto& [key, value] : event.detail()) line["detail"][key] = value;
  if (event.lost() > 0) line["lost"] = event.lost();
  std::string text = line.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  if (text.size() <= kMaxLine) return text;
  line.erase("detail");
  line["text"] = event.text().substr(0, 500);
  return line.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

AuditLog::AuditLog(std::filesystem::path directory, std::size_t limit)
    : file_(std::move(directory) / "audit.log"), limit_(limit) {}

void AuditLog::append(const mesh::v1::Event& event) {
  const std::string line = audit_line(event) + "\n";
  const std::lock_guard lock(mutex_);
  struct stat facts {};
  if (stat(file_.c_str(), &facts) == 0 && static_cast<std::size_t>(facts.st_size) + line.size() > limit_) {
    std::error_code ignored;
    std::filesystem::rename(file_, file_.string() + ".1", ignored);
  }
  const int fd = open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  const bool written = fd >= 0 && write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  if (fd >= 0) close(fd);
  if (!written)
    log::warning("the audit log could not be written", {{"service", event.service()}, {"kind", event.kind()}});
}

}  // namespace phone::policy
