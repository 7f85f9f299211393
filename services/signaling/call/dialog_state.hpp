// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string_view>

namespace phone::signaling {

// Whether the call manager that made a dialog still has it: no other one does.
enum class DialogState : uint8_t {
  kKnown,        // It has it: requests go there.
  kUnconfirmed,  // The connection to it was lost; nothing over a new one has shown yet that it still has the dialog.
  kElsewhere,  // Another call manager, or an SRST router, holds the registration now, and knows nothing of the dialog.
  kGone,       // The call manager does not know it: it was asked after a restart, or has said so itself.
};

enum class DialogEvent : uint8_t {
  kConnectionLost,
  kTakenOver,  // the phone has registered with another server
  kReturned,   // the phone has registered with the server of the dialog
  kConfirmed,  // an answer or a request in the dialog
  kDenied,     // 481 and the like to a request in the dialog
  kReleased,   // the call manager says that it lets the call go (call-preservation)
};

// An event that means nothing in a state leaves it as it is.
DialogState next(DialogState state, DialogEvent event);
std::string_view name_of(DialogState state);

// Only media and hanging up are left of the call.
inline bool is_adrift(DialogState state) { return state == DialogState::kElsewhere || state == DialogState::kGone; }

}  // namespace phone::signaling
