// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string_view>

namespace phone::signaling {

// Where a transfer stands that the user of this phone has asked for (cucm-calls.md 2.2). Values as in signaling.proto.
enum class TransferState : uint8_t {
  kNone = 1,       // None is under way.
  kHolding = 2,    // The calls it is about are being put on hold.
  kReferring = 3,  // REFER is out.
  kAccepted = 4,   // The call manager tries; its NOTIFYs tell the outcome.
};

enum class TransferEvent : uint8_t {
  kAsked,     // by the user
  kHeld,      // the calls are on hold, here at least
  kAccepted,  // 2xx to the REFER
  kOver,      // done, refused, or the call has ended
};

// An event that means nothing in a state leaves it as it is.
TransferState next(TransferState state, TransferEvent event);
std::string_view name_of(TransferState state);

}  // namespace phone::signaling
