// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/audio_focus.hpp"

namespace phone::media {

std::string_view name_of(FocusState state) {
  switch (state) {
    case FocusState::kNew:
      return "new";
    case FocusState::kHolds:
      return "holds";
    case FocusState::kLost:
      return "lost";
    case FocusState::kReleased:
      return "released";
  }
  return "";
}

FocusState next(FocusState state, FocusWish wish) {
  switch (wish) {
    case FocusWish::kTake:
      return FocusState::kHolds;
    case FocusWish::kRelease:
      return FocusState::kReleased;
    case FocusWish::kKeep:
      return state == FocusState::kNew ? FocusState::kHolds : state;
  }
  return state;
}

std::optional<size_t> AudioFocus::holder() const {
  for (size_t slot = 0; slot < kMaxStreams; ++slot) {
    if (state_[slot] == FocusState::kHolds) return slot;
  }
  return std::nullopt;
}

AudioFocus::Changes AudioFocus::enter(size_t slot, FocusState state) {
  Changes changes;
  if (state_[slot] == state) return changes;
  const std::optional<size_t> before = holder();
  if (state == FocusState::kHolds && before) {
    state_[*before] = FocusState::kLost;
    changes.change[changes.count++] = {
        .slot = *before, .from = FocusState::kHolds, .to = FocusState::kLost, .taken_by = slot};
  }
  changes.change[changes.count++] = {.slot = slot, .from = state_[slot], .to = state, .taken_by = {}};
  state_[slot] = state;
  return changes;
}

}  // namespace phone::media
