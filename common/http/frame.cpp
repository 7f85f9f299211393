// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/http/frame.hpp"

#include "common/os/steady_time.hpp"

#include <absl/strings/str_cat.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace phone::http {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(250);

absl::Status wait_for(int fd, short events, const Patience& patience) {
  for (;;) {
    if (patience.cancelled != nullptr && patience.cancelled->load(std::memory_order_relaxed)) {
      return absl::CancelledError("no longer needed");
    }
    const absl::Duration left = patience.deadline - os::steady_now();
    if (left <= absl::ZeroDuration()) return absl::DeadlineExceededError("timed out waiting for a response");
    pollfd polled{fd, events, 0};
    const auto wait = static_cast<int>(absl::ToInt64Milliseconds(std::min(left, kLook))) + 1;
    const int ready = poll(&polled, 1, wait);
    if (ready < 0 && errno != EINTR) return absl::ErrnoToStatus(errno, "poll");
    if (ready > 0) return absl::OkStatus();
  }
}

// True after EAGAIN and the like, when waiting and trying again is right.
bool waits() { return errno == EAGAIN || errno == EINTR; }

absl::Status receive_exactly(int fd, char* to, std::size_t size, const Patience& patience) {
  for (std::size_t done = 0; done < size;) {
    if (auto ready = wait_for(fd, POLLIN, patience); !ready.ok()) return ready;
    const ssize_t got = recv(fd, to + done, size - done, 0);
    if (got == 0 || (got < 0 && !waits())) return absl::UnavailableError("the peer closed the connection");
    if (got > 0) done += static_cast<std::size_t>(got);
  }
  return absl::OkStatus();
}

}  // namespace

std::string length_bytes(std::size_t size) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<char>((size >> shift) & 0xFF));
  return bytes;
}

absl::StatusOr<std::size_t> length_of(std::string_view four, std::size_t most) {
  if (four.size() != kLengthBytes) return absl::InvalidArgumentError("not a length");
  std::size_t size = 0;
  for (const char byte : four) size = size << 8 | static_cast<unsigned char>(byte);
  if (size > most) {
    return absl::InvalidArgumentError(absl::StrCat("a message of ", size, " bytes, at most ", most, " are allowed"));
  }
  return size;
}

absl::Status send_message(int fd, std::string_view message, const Patience& patience) {
  const std::string length = length_bytes(message.size());
  for (std::string_view rest : {std::string_view(length), message}) {
    while (!rest.empty()) {
      if (auto ready = wait_for(fd, POLLOUT, patience); !ready.ok()) return ready;
      const ssize_t sent = send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent < 0 && !waits()) return absl::UnavailableError("the peer closed the connection");
      if (sent > 0) rest.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> receive_message(int fd, std::size_t most, const Patience& patience) {
  char four[kLengthBytes];
  if (auto read = receive_exactly(fd, four, sizeof four, patience); !read.ok()) return read;
  const auto size = length_of({four, sizeof four}, most);
  if (!size.ok()) return size.status();
  std::string message(*size, '\0');
  if (auto read = receive_exactly(fd, message.data(), message.size(), patience); !read.ok()) return read;
  return message;
}

}  // namespace phone::http
