// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Messages over a connected, non-blocking stream socket: four bytes of length, big endian, and the message.
namespace phone::http {

inline constexpr std::size_t kLengthBytes = 4;
std::string length_bytes(std::size_t size);
// INVALID_ARGUMENT when it says more than `most`; no byte of such a message is read.
absl::StatusOr<std::size_t> length_of(std::string_view four, std::size_t most);

// How long to wait, and a flag that ends the waiting early: looked at four times a second.
struct Patience {
  absl::Time deadline;
  const std::atomic<bool>* cancelled = nullptr;
};

// CANCELLED, DEADLINE_EXCEEDED, or UNAVAILABLE when the other side is gone.
absl::Status send_message(int fd, std::string_view message, const Patience& patience);
absl::StatusOr<std::string> receive_message(int fd, std::size_t most, const Patience& patience);

}  // namespace phone::http
