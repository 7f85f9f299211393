// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/signaling/call/call_info.hpp"
#include "services/signaling/call/call_view.hpp"
#include "services/signaling/call/hold_state.hpp"
#include "services/signaling/call/offer_state.hpp"
#include "services/signaling/call/session_state.hpp"
#include "services/signaling/call/tone_state.hpp"
#include "services/signaling/call/transfer_state.hpp"
#include "services/signaling/sdp/offer_answer.hpp"
#include "services/signaling/sip/message.hpp"
#include "services/signaling/sip/sip_port.hpp"

namespace phone::signaling {

// A dialog (RFC 3261 section 12).
struct Dialog {
  std::string call_id, local_tag, remote_tag;
  std::string local_uri, remote_uri, remote_target;
  std::vector<std::string> routes;
  uint32_t local_cseq = 100, remote_cseq = 0;
  uint32_t invite_cseq = 0;  // of our last INVITE, the one that is answered
  bool peer_allows_update = false;
  bool peer_takes_call_info = false;  // Supported: X-cisco-callinfo
};

// The answer to an INVITE that is repeated until its ACK comes (RFC 3261 section 13.3.1.4).
struct PendingAck {
  std::string key;
  Message response;
  TimePoint next_at, until;
  Milliseconds interval;
  uint32_t cseq = 0;  // of the INVITE, and of its ACK
};

// A transfer that the user of this phone has asked for.
struct Transfer {
  TransferState state = TransferState::kNone;
  std::string number;              // of the target, without a consultation call
  std::string consultation;        // the call with the target
  std::string failure;             // of the last one, one sentence
  std::optional<TimePoint> until;  // the next NOTIFY comes before
};

struct Call {
  std::string id, stream;
  bool incoming = false;
  SessionState state = SessionState::kOpeningMedia;
  Dialog dialog;
  FlowId flow = 0;
  std::string remote_number, remote_name;
  LocalSession local;                   // in force
  std::optional<LocalSession> offered;  // our offer with keys of its own: in force once it is answered
  std::optional<NegotiatedMedia> negotiated;
  std::string kept_offer;  // after a restart, from media's cookie: offered again byte for byte
  bool peer_takes_fallback = false;
  // INVITE under way.
  std::string invite_key;                   // ours, for CANCEL
  std::string server_key;                   // theirs, to be answered
  std::optional<Message> invite;            // theirs
  std::optional<SessionDescription> offer;  // in it
  TimePoint cancelled_until{};              // while cancelling: then it has ended, answered or not
  int forks = 0;                            // 2xx of other far ends to the one INVITE
  // Of the established call.
  HoldState hold = HoldState::kNone;
  HoldReason hold_reason = HoldReason::kUser;
  bool held_by_far_end = false;  // as its last offer, or its answer to an offer of both directions, says
  OfferState offer_state = OfferState::kSettled;
  int glares = 0;         // in a row
  TimePoint repeat_at{};  // while glaring: when our re-INVITE is sent again
  std::optional<PendingAck> pending_ack;
  Transfer transfer;
  std::string early_tag;            // of the far end that rings
  std::optional<TimePoint> bye_at;  // the server ends a call that was transferred; otherwise this phone does
  // The facts behind the lock.
  CallInfo far_end;
  MediaFact transmit = MediaFact::kNoPacketYet, receive = MediaFact::kNoPacketYet;
  std::string transmit_suite, receive_suite, codec;
  Indication announced = Indication::kNone;  // by the last security tone
  ToneState tone = ToneState::kFollowing;
  TimePoint settled_at{};    // while settling: when the time that media has is over
  TimePoint paused_until{};  // while pausing
  bool secure_tone_played = false;
  CallSecurity security;
  // Shown to people.
  std::optional<WallTime> started, established;
  std::string ended_by;
  uint32_t sip_status = 0;

  bool live() const { return is_live(state); }
  bool confirmed() const { return is_confirmed(state); }
  // The microphone and the speaker belong to this call, or will once it is answered.
  bool has_user() const { return may_have_user(state) && !on_hold(hold); }
};

// A request inside the dialog; ACK and CANCEL take the INVITE's number.
Message in_dialog(const Dialog& dialog, const std::string& method, const std::string& contact, uint32_t cseq);

// What our descriptions say while the hold is as it is.
Direction wanted_direction(const Call& call);

CallView view_of(const Call& call);

// Route set and target from the message that makes the dialog; reversed for the caller (section 12.1).
void learn_dialog(Dialog& dialog, const Message& message, bool as_caller);

// The state record: dialogs without a single key, for the state directory. `parse_record` is total.
std::string write_record(const std::vector<Call>& calls);
std::vector<Call> parse_record(const std::string& text);

}  // namespace phone::signaling
