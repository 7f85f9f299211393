// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/stream_state.hpp"

namespace phone::media {

std::string_view name_of(StreamState state) {
  switch (state) {
    case StreamState::kOpened:
      return "opened";
    case StreamState::kAwaitingKeys:
      return "awaiting keys";
    case StreamState::kActive:
      return "active";
    case StreamState::kHeld:
      return "held";
    case StreamState::kClosed:
      return "closed";
  }
  return "";
}

}  // namespace phone::media
