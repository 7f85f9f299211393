// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/offer_state.hpp"

namespace phone::signaling {

OfferState next(OfferState state, OfferEvent event) {
  using enum OfferState;
  switch (event) {
    case OfferEvent::kReinviteSent:
      return state == kSettled ? kSentReinvite : state;
    case OfferEvent::kMediaLost:
      if (state == kGlare) return kSettled;
      if (state == kSentReinvite) return kSentReinviteOfferDue;
      // What an ACK answers now is not offered any more.
      return state == kAwaitsAck || awaits_answer_in_ack(state) ? kAwaitsAckOfferDue : state;
    case OfferEvent::kFinalResponse:
      return reinvite_is_out(state) ? kSettled : state;
    case OfferEvent::kGlared:
      return reinvite_is_out(state) ? kGlare : state;
    case OfferEvent::kGlareOver:
      return state == kGlare ? kSettled : state;
    case OfferEvent::kAnswered:
      return state == kSettled ? kAwaitsAck : state == kGlare ? kAwaitsAckOfferDue : state;
    case OfferEvent::kOffered:
      return state == kSettled ? kAwaitsAnswerInAck : state == kGlare ? kAwaitsAnswerInAckOfferDue : state;
    case OfferEvent::kAcknowledged:
      return takes_offers(state) || reinvite_is_out(state) ? state : kSettled;
    case OfferEvent::kBackToGlare:
      return state == kAwaitsAckOfferDue || state == kAwaitsAnswerInAckOfferDue ? kGlare : state;
    case OfferEvent::kDialogLost:
      return kSettled;
  }
  return state;
}

std::string_view name_of(OfferState state) {
  switch (state) {
    case OfferState::kSettled:
      return "settled";
    case OfferState::kSentReinvite:
      return "sent re-INVITE";
    case OfferState::kSentReinviteOfferDue:
      return "sent re-INVITE, offer due";
    case OfferState::kGlare:
      return "glare";
    case OfferState::kAwaitsAck:
      return "awaits ACK";
    case OfferState::kAwaitsAckOfferDue:
      return "awaits ACK, offer due";
    case OfferState::kAwaitsAnswerInAck:
      return "awaits answer in ACK";
    case OfferState::kAwaitsAnswerInAckOfferDue:
      return "awaits answer in ACK, offer due";
  }
  return "";
}

bool takes_offers(OfferState state) { return state == OfferState::kSettled || state == OfferState::kGlare; }

bool reinvite_is_out(OfferState state) {
  return state == OfferState::kSentReinvite || state == OfferState::kSentReinviteOfferDue;
}

bool awaits_answer_in_ack(OfferState state) {
  return state == OfferState::kAwaitsAnswerInAck || state == OfferState::kAwaitsAnswerInAckOfferDue;
}

bool offer_is_due(OfferState state) {
  return state == OfferState::kSentReinviteOfferDue || state == OfferState::kAwaitsAckOfferDue ||
         state == OfferState::kAwaitsAnswerInAckOfferDue;
}

}  // namespace phone::signaling
