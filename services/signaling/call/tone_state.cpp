// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/tone_state.hpp"

namespace phone::signaling {

ToneState next(ToneState state, ToneEvent event) {
  using enum ToneState;
  switch (event) {
    case ToneEvent::kSettle:
      return is_pausing(state) ? kSettlingPausing : kSettling;
    case ToneEvent::kSettleOver:
      return is_pausing(state) ? kPausing : kFollowing;
    case ToneEvent::kTonePlayed:
      return is_settling(state) ? kSettlingPausing : kPausing;
    case ToneEvent::kPauseOver:
      return is_settling(state) ? kSettling : kFollowing;
  }
  return state;
}

std::string_view name_of(ToneState state) {
  switch (state) {
    case ToneState::kFollowing:
      return "following";
    case ToneState::kPausing:
      return "pausing";
    case ToneState::kSettling:
      return "settling";
    case ToneState::kSettlingPausing:
      return "settling, pausing";
  }
  return "";
}

}  // namespace phone::signaling
