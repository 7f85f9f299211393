// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/offer_state.hpp"

namespace phone::signaling {
namespace {

bool awaits_ack(OfferState state) { return !takes_offers(state) && !reinvite_is_out(state); }

}  // namespace

OfferState next(OfferState state, OfferEvent event) {
  using enum OfferState;
  switch (event) {
    case OfferEvent::kReinviteSent:
      return state == kSettled ? kSentReinvite : state;
    case OfferEvent::kMediaLost:
      if (state == kGlare) return kSettled;
      if (state == kSentReinvite) return kSentReinviteOfferDue;
      // What an ACK answers now is not offered any more.
      return awaits_ack(state) ? kAwaitsAckOfferDue : state;
    case OfferEvent::kFinalResponse:
      return reinvite_is_out(state) ? kSettled : state;
    case OfferEvent::kGlared:
      return reinvite_is_out(state) ? kGlare : state;
    case OfferEvent::kGlareOver:
      if (state == kAwaitsAckGlare) return kAwaitsAckOfferDue;
      if (state == kAwaitsAnswerInAckGlare) return kAwaitsAnswerInAckOfferDue;
      return state == kGlare ? kSettled : state;
    case OfferEvent::kAnswered:
      return state == kSettled ? kAwaitsAck : state == kGlare ? kAwaitsAckGlare : state;
    case OfferEvent::kOffered:
      return state == kSettled ? kAwaitsAnswerInAck : state == kGlare ? kAwaitsAnswerInAckGlare : state;
    case OfferEvent::kAcknowledged:
      if (!awaits_ack(state)) return state;
      return is_glaring(state) ? kGlare : kSettled;
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
    case OfferState::kAwaitsAckGlare:
      return "awaits ACK, glare";
    case OfferState::kAwaitsAckOfferDue:
      return "awaits ACK, offer due";
    case OfferState::kAwaitsAnswerInAck:
      return "awaits answer in ACK";
    case OfferState::kAwaitsAnswerInAckGlare:
      return "awaits answer in ACK, glare";
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
  return state == OfferState::kAwaitsAnswerInAck || state == OfferState::kAwaitsAnswerInAckGlare ||
         state == OfferState::kAwaitsAnswerInAckOfferDue;
}

bool offer_is_due(OfferState state) {
  return state == OfferState::kSentReinviteOfferDue || state == OfferState::kAwaitsAckOfferDue ||
         state == OfferState::kAwaitsAnswerInAckOfferDue;
}

bool is_glaring(OfferState state) {
  return state == OfferState::kGlare || state == OfferState::kAwaitsAckGlare ||
         state == OfferState::kAwaitsAnswerInAckGlare;
}

}  // namespace phone::signaling
