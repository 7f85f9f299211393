// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string_view>

namespace phone::signaling {

// Which INVITE of an established call is under way. There is one at a time, in either direction (RFC 3261
// section 14.1); an offer that has to wait for it is a state of its own.
enum class OfferState : uint8_t {
  kSettled,                    // No INVITE is under way: either end may send one.
  kSentReinvite,               // Our re-INVITE waits for its final response.
  kSentReinviteOfferDue,       // The same, but media was lost meanwhile: its answer is void, and a new offer follows.
  kGlare,                      // Both ends had asked at once: ours is repeated when its time has come.
  kAwaitsAck,                  // Our 200 to the far end's INVITE waits for its ACK.
  kAwaitsAckGlare,             // The same, and the time to repeat our own re-INVITE has not come.
  kAwaitsAckOfferDue,          // The same, and a re-INVITE of ours follows.
  kAwaitsAnswerInAck,          // Our 200 carried an offer: the ACK brings the answer.
  kAwaitsAnswerInAckGlare,     // The same, and the time to repeat our own re-INVITE has not come.
  kAwaitsAnswerInAckOfferDue,  // The same, and a re-INVITE of ours follows.
};

enum class OfferEvent : uint8_t {
  kReinviteSent,
  kMediaLost,      // what media had is gone: a new offer is needed, and replaces any that was to be repeated
  kFinalResponse,  // to our re-INVITE, other than 491
  kGlared,         // 491 to our re-INVITE
  kGlareOver,      // the time to repeat it has come
  kAnswered,       // 200 to the far end's INVITE, with our answer
  kOffered,        // 200 to the far end's INVITE, with an offer of ours
  kAcknowledged,   // ACK to that 200
  kDialogLost,     // the call or its connection has ended, and every transaction with it
};

// An event that means nothing in a state leaves it as it is.
OfferState next(OfferState state, OfferEvent event);
std::string_view name_of(OfferState state);

// Whether an offer of the far end is taken; otherwise it is answered 491 (RFC 3261 section 14.2).
bool takes_offers(OfferState state);
bool reinvite_is_out(OfferState state);
bool awaits_answer_in_ack(OfferState state);
// A re-INVITE of ours follows what is under way.
bool offer_is_due(OfferState state);
// A re-INVITE of ours is repeated when its time has come.
bool is_glaring(OfferState state);

}  // namespace phone::signaling
