// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// audio_focus.hpp -- which stream has the microphone and the speaker: at any moment at most one, whatever signaling
// asks (decisions/2026-11-29-one-stream-has-the-user.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace phone::media {

// The calls that signaling takes, and one that takes the place of another (RFC 3891).
inline constexpr size_t kMaxStreams = 7;

// What an order asks for. Only kTake is an act of the user; every repeated or refreshed order says kKeep.
enum class FocusWish : uint8_t { kKeep, kTake, kRelease };
inline constexpr size_t kFocusWishes = 3;

// Written to the stream's record, so the values stay.
enum class FocusState : uint8_t {
  kNew = 0,       // No order yet: the first one takes the focus.
  kHolds = 1,     // Has microphone and speaker.
  kLost = 2,      // Another stream took them.
  kReleased = 3,  // Signaling gave them up for this stream.
};
inline constexpr size_t kFocusStates = 4;
std::string_view name_of(FocusState state);

// What an order makes of its own stream. The direction does not matter: a far end chooses it, and holding or resuming
// must not move the focus.
FocusState next(FocusState state, FocusWish wish);

class AudioFocus {
 public:
  struct Changed {
    size_t slot = 0;
    FocusState from = FocusState::kNew;
    FocusState to = FocusState::kNew;
    std::optional<size_t> taken_by;  // kLost: the slot that has it now
  };
  // The stream that lost it first, then the one that took it: at most two.
  struct Changes {
    std::array<Changed, 2> change;
    size_t count = 0;
    const Changed* begin() const { return change.data(); }
    const Changed* end() const { return change.data() + count; }
  };

  // What the record of a stream from before a restart says.
  Changes adopted(size_t slot, FocusState recorded) { return enter(slot, recorded); }
  Changes ordered(size_t slot, FocusWish wish) { return enter(slot, next(state_[slot], wish)); }
  Changes closed(size_t slot) { return enter(slot, FocusState::kNew); }

  FocusState state(size_t slot) const { return state_[slot]; }
  std::optional<size_t> holder() const;

 private:
  Changes enter(size_t slot, FocusState state);

  std::array<FocusState, kMaxStreams> state_{};
};

}  // namespace phone::media
