// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>

namespace phone::media {

// Of the media, as seen from this phone (RFC 3264 section 5.1).
enum class Direction : uint8_t { kInactive, kSendOnly, kReceiveOnly, kSendReceive };
inline constexpr size_t kDirections = 4;

constexpr bool sends(Direction direction) {
  return direction == Direction::kSendOnly || direction == Direction::kSendReceive;
}
constexpr bool receives(Direction direction) {
  return direction == Direction::kReceiveOnly || direction == Direction::kSendReceive;
}

}  // namespace phone::media
