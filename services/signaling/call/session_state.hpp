// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string_view>

#include "services/signaling/call/call_view.hpp"

namespace phone::signaling {

// Where a call stands between its first INVITE and its end. OfferState says whose offer is under way
// meanwhile.
enum class SessionState : uint8_t {
  kOpeningMedia,       // Dialled here: media is opening the stream, and no INVITE has left.
  kInviting,           // Our INVITE is out.
  kRingingOut,         // Our INVITE is out, and the far end rings.
  kCancelling,         // Hung up while inviting: the INVITE still waits for its final response.
  kCancellingRinging,  // Hung up while the far end rang: the INVITE still waits for its final response.
  kReceived,           // The far end's INVITE has arrived: media is opening the stream, and nothing rings.
  kRingingIn,          // The far end's INVITE rings here.
  kEstablished,        // The INVITE was answered, and the connection of the dialog stands.
  kPreserved,          // The INVITE was answered; the connection is lost, and media goes on.
  kEnded,              // The call is over and kept only to be shown.
};

enum class SessionEvent : uint8_t {
  kInvited,       // our INVITE leaves
  kAlerted,       // media is ready for the far end's INVITE: it rings here
  kFarEndRang,    // 180 or a later provisional response to our INVITE
  kHungUpEarly,   // the user hung up while our INVITE was out
  kAnswered,      // 200 to the INVITE, in either direction
  kFlowLost,      // the connection has ended
  kDialogLost,    // the call manager no longer has the dialog
  kReregistered,  // the phone is registered again, over another connection
  kOver,          // the call has ended, for the reason that the call itself names
};

// An event that means nothing in a state leaves it as it is.
SessionState next(SessionState state, SessionEvent event);
std::string_view name_of(SessionState state);
CallState public_state(SessionState state);

inline bool is_live(SessionState state) { return state != SessionState::kEnded; }
// The INVITE that made the call has been answered.
inline bool is_confirmed(SessionState state) {
  return state == SessionState::kEstablished || state == SessionState::kPreserved;
}
inline bool is_inviting(SessionState state) {
  return state == SessionState::kInviting || state == SessionState::kRingingOut;
}
inline bool is_cancelling(SessionState state) {
  return state == SessionState::kCancelling || state == SessionState::kCancellingRinging;
}
// The user is in such a call unless it is on hold: it was dialled or answered here.
inline bool may_have_user(SessionState state) {
  return state == SessionState::kOpeningMedia || is_inviting(state) || is_confirmed(state);
}
// The far end's INVITE has no final response of ours yet.
inline bool is_unanswered(SessionState state) {
  return state == SessionState::kReceived || state == SessionState::kRingingIn;
}

}  // namespace phone::signaling
