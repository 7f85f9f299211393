// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/hold_state.hpp"

namespace phone::signaling {

HoldState next(HoldState state, HoldEvent event) {
  using enum HoldState;
  switch (event) {
    case HoldEvent::kHold:
      return on_hold(state) ? state : kHolding;
    case HoldEvent::kResume:
      // The far end that refused the hold still has the direction it had.
      if (state == kHeldHere) return kNone;
      return on_hold(state) ? kResuming : state;
    case HoldEvent::kAgreed:
      if (state == kHolding) return kHeld;
      return state == kResuming ? kNone : state;
    case HoldEvent::kRefused:
      if (state == kHolding) return kHeldHere;
      return state == kResuming ? kHeld : state;
  }
  return state;
}

std::string_view name_of(HoldState state) {
  switch (state) {
    case HoldState::kNone:
      return "not on hold";
    case HoldState::kHolding:
      return "holding";
    case HoldState::kHeld:
      return "held";
    case HoldState::kHeldHere:
      return "held here";
    case HoldState::kResuming:
      return "resuming";
  }
  return "";
}

bool on_hold(HoldState state) {
  return state == HoldState::kHolding || state == HoldState::kHeld || state == HoldState::kHeldHere;
}

bool awaits_far_end(HoldState state) { return state == HoldState::kHolding || state == HoldState::kResuming; }

}  // namespace phone::signaling
