// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <string>

namespace phone::tls {

bool is_address(const std::string& host);

// A connected, non-blocking TCP socket with TCP_NODELAY. Asks for the name and tries every address of it until the time
// is up; `cancel_fd` (or -1) readable gives up with CANCELLED.
struct Dial {
  std::string host;
  uint16_t port = 0;
  std::string bind_address;
  int dscp = -1;
  int cancel_fd = -1;
  absl::Duration timeout;
};
absl::StatusOr<int> dial(const Dial& dial);

// "192.0.2.1:5061", "[2001:db8::1]:5061"; empty when the socket is not connected.
std::string local_address(int fd);
std::string remote_address(int fd);

// Waits for `events` on fd, or for a cancelling descriptor (-1: none) to become readable, which is CANCELLED.
absl::Status wait_for(int fd, short events, absl::Time deadline, int cancel_fd, int wake_fd);

}  // namespace phone::tls
