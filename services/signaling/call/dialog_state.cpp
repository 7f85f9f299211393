// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/dialog_state.hpp"

namespace phone::signaling {

DialogState next(DialogState state, DialogEvent event) {
  using enum DialogState;
  switch (event) {
    case DialogEvent::kConnectionLost:
      return state == kKnown ? kUnconfirmed : state;
    case DialogEvent::kTakenOver:
      return state == kGone ? kGone : kElsewhere;
    case DialogEvent::kReturned:
      return state == kElsewhere ? kUnconfirmed : state;
    case DialogEvent::kConfirmed:
      return kKnown;
    case DialogEvent::kDenied:
      return state == kUnconfirmed ? kGone : state;
    case DialogEvent::kReleased:
      return kGone;
  }
  return state;
}

std::string_view name_of(DialogState state) {
  switch (state) {
    case DialogState::kKnown:
      return "dialog known";
    case DialogState::kUnconfirmed:
      return "dialog unconfirmed";
    case DialogState::kElsewhere:
      return "registered elsewhere";
    case DialogState::kGone:
      return "dialog gone";
  }
  return "";
}

}  // namespace phone::signaling
