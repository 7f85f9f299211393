// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string_view>

namespace phone::signaling {

// When a change of the lock may be announced with a security tone (F50).
enum class ToneState : uint8_t {
  kFollowing,        // Each change is announced at once.
  kPausing,          // A tone has just been played: the next change waits until the pause is over.
  kSettling,         // Media has time to show that it is encrypted: until then nothing is announced as nonsecure.
  kSettlingPausing,  // The same within the pause after a tone.
};

enum class ToneEvent : uint8_t {
  kSettle,      // the call is established, or established again
  kSettleOver,  // the time that media had is over
  kTonePlayed,  // a security tone was ordered
  kPauseOver,   // the pause after it is over
};

// An event that means nothing in a state leaves it as it is.
ToneState next(ToneState state, ToneEvent event);
std::string_view name_of(ToneState state);

inline bool is_settling(ToneState state) {
  return state == ToneState::kSettling || state == ToneState::kSettlingPausing;
}
inline bool is_pausing(ToneState state) { return state == ToneState::kPausing || state == ToneState::kSettlingPausing; }

}  // namespace phone::signaling
