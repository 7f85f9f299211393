// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <string>

#include "common/tls/resolve.hpp"

namespace phone::tls {

bool is_address(const std::string& host);

// Of a name, so many addresses are tried.
inline constexpr int kMostAddresses = 8;
// The next address is tried beside the ones before after this time, or when they have failed (RFC 8305 section 5).
inline constexpr absl::Duration kNextAddress = absl::Milliseconds(250);

// A connected, non-blocking TCP socket with TCP_NODELAY. Asks for the name and tries its addresses side by side until
// the time is up, which each of them has: the first that answers is taken. `cancel_fd` (or -1) readable gives up with
// CANCELLED.
struct Dial {
  std::string host;
  uint16_t port = 0;
  std::string bind_address;
  int dscp = -1;
  int cancel_fd = -1;
  absl::Duration timeout;
  Lookup lookup = &look_up;
};
absl::StatusOr<int> dial(const Dial& dial);

// "192.0.2.1:5061", "[2001:db8::1]:5061"; empty when the socket is not connected.
std::string local_address(int fd);
std::string remote_address(int fd);

// Waits for `events` on fd, or for a cancelling descriptor (-1: none) to become readable, which is CANCELLED.
absl::Status wait_for(int fd, short events, absl::Time deadline, int cancel_fd, int wake_fd);

}  // namespace phone::tls
