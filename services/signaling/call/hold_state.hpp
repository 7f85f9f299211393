// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string_view>

namespace phone::signaling {

// Whether the user is in an established call (cucm-calls.md 2.1). Media follows the user at once; the far end has to
// agree to a new offer. Values as in signaling.proto.
enum class HoldState : uint8_t {
  kNone = 1,      // The user is in the call.
  kHolding = 2,   // The user has left it; the far end has not agreed yet.
  kHeld = 3,      // The user has left it, and the far end has agreed.
  kHeldHere = 4,  // The user has left it, and the far end has refused: it goes on sending and hears silence.
  kResuming = 5,  // The user is back; the far end has not agreed yet.
};

// Why the user has left a call or come back, as its Call-Info says.
enum class HoldReason : uint8_t {
  kUser,        // pressed hold or resume, or took another call
  kSwap,        // another call is resumed in the same act, or held
  kTransfer,    // to be transferred
  kConference,  // to become a conference with the next call
};

enum class HoldEvent : uint8_t {
  kHold,     // the user leaves the call
  kResume,   // the user comes back
  kAgreed,   // a description with the direction that follows is in force at both ends
  kRefused,  // the far end refused the offer with that direction
};

// An event that means nothing in a state leaves it as it is.
HoldState next(HoldState state, HoldEvent event);
std::string_view name_of(HoldState state);

// Whether the user has left the call.
bool on_hold(HoldState state);
// The far end has not yet agreed to what the user wants: an offer is due, or out.
bool awaits_far_end(HoldState state);

}  // namespace phone::signaling
