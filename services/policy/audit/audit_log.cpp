// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/audit/audit_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/time/time.h"
#include "common/log/log.hpp"
#include "common/os/descriptor.hpp"

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
  const std::lock_guard lock(mutex_);
  waiting_.push_back(audit_line(event) + "\n");
  if (waiting_.size() > kMostWaiting) {
    waiting_.pop_front();
    ++lost_;
  }
  absl::Status status;
  while (!waiting_.empty() && status.ok()) {
    status = write(waiting_.front());
    if (status.ok()) waiting_.pop_front();
  }
  if (std::exchange(told_, !status.ok()) == !status.ok()) return;
  if (status.ok()) return log::info("the audit log is written again", {{"lost", std::exchange(lost_, 0)}});
  log::warning("the audit log could not be written; the latest lines wait for room",
               {{"why", std::string(status.message())}});
}

absl::Status AuditLog::write(const std::string& line) {
  struct stat facts {};
  if (stat(file_.c_str(), &facts) == 0 && static_cast<std::size_t>(facts.st_size) + line.size() > limit_) {
    std::error_code ignored;
    std::filesystem::rename(file_, file_.string() + ".1", ignored);
  }
  const os::Descriptor fd(open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return absl::ErrnoToStatus(errno, "cannot open the audit log");
  const off_t end = lseek(fd.get(), 0, SEEK_END);
  const ssize_t written = ::write(fd.get(), line.data(), line.size());
  if (written == static_cast<ssize_t>(line.size())) return absl::OkStatus();
  // Half a line would swallow the next one.
  const int error = written < 0 ? errno : ENOSPC;
  if (written > 0 && end >= 0 && ftruncate(fd.get(), end) != 0) log::debug("half a line stays in the audit log");
  return absl::ErrnoToStatus(error, "cannot write the audit log");
}

}  // namespace phone::policy
