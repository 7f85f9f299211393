// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string_view>

#include "services/media/direction.hpp"

namespace phone::media {

enum class StreamState : uint8_t {
  kOpened,        // Has its ports and no order yet.
  kAwaitingKeys,  // From before a restart: ports and record are known, keys are not.
  kActive,        // Sends, receives or both, as ordered.
  kHeld,          // Ordered to do neither.
  kClosed,        // Its ports are gone, or are about to be.
};
std::string_view name_of(StreamState state);

// What an order makes of a stream.
constexpr StreamState state_for(Direction direction) {
  return direction == Direction::kInactive ? StreamState::kHeld : StreamState::kActive;
}
// Has had no order in this process.
constexpr bool is_unconfigured(StreamState state) {
  return state == StreamState::kOpened || state == StreamState::kAwaitingKeys;
}

}  // namespace phone::media
