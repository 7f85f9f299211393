// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/session_state.hpp"

namespace phone::signaling {

SessionState next(SessionState state, SessionEvent event) {
  using enum SessionState;
  switch (event) {
    case SessionEvent::kInvited:
      return state == kOpeningMedia ? kInviting : state;
    case SessionEvent::kAlerted:
      return state == kReceived ? kRingingIn : state;
    case SessionEvent::kFarEndRang:
      if (state == kInviting) return kRingingOut;
      return state == kCancelling ? kCancellingRinging : state;
    case SessionEvent::kHungUpEarly:
      if (state == kInviting) return kCancelling;
      return state == kRingingOut ? kCancellingRinging : state;
    case SessionEvent::kAnswered:
      // The answer to an INVITE that is being cancelled is acknowledged and ended, so it establishes nothing.
      return is_inviting(state) || state == kRingingIn ? kEstablished : state;
    case SessionEvent::kFlowLost:
      return is_confirmed(state) ? kPreserved : kEnded;
    case SessionEvent::kDialogLost:
      return state == kEstablished ? kPreserved : state;
    case SessionEvent::kReregistered:
      return state == kPreserved ? kEstablished : state;
    case SessionEvent::kOver:
      return kEnded;
  }
  return state;
}

std::string_view name_of(SessionState state) {
  switch (state) {
    case SessionState::kOpeningMedia:
      return "opening media";
    case SessionState::kInviting:
      return "inviting";
    case SessionState::kRingingOut:
      return "ringing out";
    case SessionState::kCancelling:
      return "cancelling";
    case SessionState::kCancellingRinging:
      return "cancelling, ringing";
    case SessionState::kReceived:
      return "received";
    case SessionState::kRingingIn:
      return "ringing in";
    case SessionState::kEstablished:
      return "established";
    case SessionState::kPreserved:
      return "preserved";
    case SessionState::kEnded:
      return "ended";
  }
  return "";
}

CallState public_state(SessionState state) {
  switch (state) {
    case SessionState::kOpeningMedia:
    case SessionState::kInviting:
    case SessionState::kCancelling:
      return CallState::kDialing;
    case SessionState::kRingingOut:
    case SessionState::kCancellingRinging:
      return CallState::kRingingOut;
    case SessionState::kReceived:
    case SessionState::kRingingIn:
      return CallState::kRingingIn;
    case SessionState::kEstablished:
      return CallState::kEstablished;
    case SessionState::kPreserved:
      return CallState::kPreserved;
    case SessionState::kEnded:
      return CallState::kEnded;
  }
  return CallState::kEnded;
}

}  // namespace phone::signaling
