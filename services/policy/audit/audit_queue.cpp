// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/audit/audit_queue.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/flash/state_file.hpp"
#include "common/os/descriptor.hpp"

namespace phone::policy {
namespace {

constexpr char kDelivered[] = "delivered";
constexpr std::size_t kMostDelivered = 64;

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// Bytes of the frame that begins there; none: it is not whole.
std::optional<std::size_t> frame_at(std::string_view bytes) {
  const std::size_t blank = bytes.substr(0, 8).find(' ');
  std::size_t length = 0;
  if (blank == std::string_view::npos || !read_number(bytes.substr(0, blank), length)) return std::nullopt;
  if (length == 0 || length > bytes.size() - blank - 1) return std::nullopt;
  return blank + 1 + length;
}

std::string read_bytes(const std::filesystem::path& path, std::size_t from, std::size_t most) {
  const os::Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return {};
  std::string bytes(most, '\0');
  std::size_t have = 0;
  while (have < most) {
    const ssize_t got = pread(fd.get(), bytes.data() + have, most - have, static_cast<off_t>(from + have));
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

struct Whole {
  std::size_t bytes = 0;
  std::uint64_t frames = 0;
};
Whole whole_frames(std::string_view bytes) {
  Whole whole;
  while (whole.bytes < bytes.size()) {
    const auto frame = frame_at(bytes.substr(whole.bytes));
    if (!frame) break;
    whole.bytes += *frame;
    ++whole.frames;
  }
  return whole;
}

}  // namespace

AuditQueue::AuditQueue(std::filesystem::path directory) : AuditQueue(std::move(directory), Limits()) {}

AuditQueue::AuditQueue(std::filesystem::path directory, Limits limits)
    : directory_(std::move(directory)), limits_(limits) {
  read_directory();
}

std::filesystem::path AuditQueue::path_of(std::uint64_t number) const {
  return directory_ / absl::StrCat("frames.", number);
}

void AuditQueue::read_directory() {
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  std::filesystem::permissions(directory_, std::filesystem::perms::owner_all, error);
  std::uint64_t first = 0;
  std::size_t begin = 0;
  if (const auto noted = flash::read_state(directory_ / kDelivered, kMostDelivered)) {
    const std::size_t blank = noted->find(' ');
    if (blank == std::string::npos || !read_number(std::string_view(*noted).substr(0, blank), first) ||
        !read_number(std::string_view(*noted).substr(blank + 1), begin)) {
      first = begin = 0;
    }
  }
  std::vector<std::uint64_t> numbers;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
    const std::string name = entry.path().filename().string();
    std::uint64_t number = 0;
    if (!name.starts_with("frames.") || !read_number(std::string_view(name).substr(7), number)) continue;
    if (number < first) {
      std::filesystem::remove(entry.path(), error);
    } else {
      numbers.push_back(number);
    }
  }
  std::sort(numbers.begin(), numbers.end());
  for (const std::uint64_t number : numbers) {
    const std::size_t from = number == first ? begin : 0;
    const Whole whole = whole_frames(read_bytes(path_of(number), from, 2 * limits_.file));
    // Half a frame would spoil all that come after it. By descriptor: the sandbox knows no truncate by name.
    const os::Descriptor fd(open(path_of(number).c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd || ftruncate(fd.get(), static_cast<off_t>(from + whole.bytes)) != 0) continue;
    files_.push_back({.number = number, .size = from + whole.bytes, .frames = whole.frames});
  }
  begin_ = !files_.empty() && files_.front().number == first ? std::min(begin, files_.front().size) : 0;
  next_number_ = std::max(first, files_.empty() ? 0 : files_.back().number) + 1;
}

void AuditQueue::remove_first() {
  std::error_code ignored;
  std::filesystem::remove(path_of(files_.front().number), ignored);
  files_.pop_front();
  begin_ = 0;
}

AuditQueue::Appended AuditQueue::append(const std::string& frame) {
  const std::lock_guard lock(mutex_);
  Appended appended;
  if (files_.empty() || files_.back().size + frame.size() > limits_.file) {
    files_.push_back({.number = next_number_++});
    while (files_.size() > limits_.files) {
      appended.dropped += files_.front().frames;
      remove_first();
    }
  }
  File& last = files_.back();
  const os::Descriptor fd(open(path_of(last.number).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  const ssize_t written = fd ? pwrite(fd.get(), frame.data(), frame.size(), static_cast<off_t>(last.size)) : -1;
  if (written != static_cast<ssize_t>(frame.size())) {
    appended.status = absl::ErrnoToStatus(written < 0 ? errno : ENOSPC, "cannot write the audit queue");
    if (fd && ftruncate(fd.get(), static_cast<off_t>(last.size)) != 0)
      appended.status.Update(absl::DataLossError("half a frame stays"));
    return appended;
  }
  last.size += frame.size();
  ++last.frames;
  return appended;
}

AuditQueue::Batch AuditQueue::next(std::size_t most) const {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const File& file = files_[i];
    if (file.frames == 0) continue;
    const std::size_t from = i == 0 ? begin_ : 0;
    Batch batch{.frames = read_bytes(path_of(file.number), from, file.size - from), .file = file.number, .end = from};
    std::size_t taken = 0;
    while (const auto frame = frame_at(std::string_view(batch.frames).substr(taken))) {
      if (batch.count > 0 && taken + *frame > most) break;
      taken += *frame;
      ++batch.count;
      if (taken == batch.frames.size()) break;
    }
    batch.frames.resize(taken);
    batch.end += taken;
    return batch;
  }
  return {};
}

absl::Status AuditQueue::delivered(const Batch& batch) {
  const std::lock_guard lock(mutex_);
  while (!files_.empty() && files_.front().number < batch.file) remove_first();
  if (files_.empty() || files_.front().number != batch.file) return absl::OkStatus();  // thrown away meanwhile
  begin_ = batch.end;
  File& file = files_.front();
  file.frames -= std::min(file.frames, batch.count);
  // A file that is delivered whole begins anew: what follows has its own.
  if (file.frames == 0 && files_.size() > 1) {
    remove_first();
    return flash::write_state(directory_ / kDelivered, absl::StrCat(files_.front().number, " 0"));
  }
  return flash::write_state(directory_ / kDelivered, absl::StrCat(file.number, " ", begin_));
}

std::uint64_t AuditQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t all = 0;
  for (const File& file : files_) all += file.frames;
  return all;
}

}  // namespace phone::policy
