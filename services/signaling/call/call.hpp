// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/signaling/call/call_info.hpp"
#include "services/signaling/call/call_port.hpp"
#include "services/signaling/call/call_view.hpp"
#include "services/signaling/call/dialog_state.hpp"
#include "services/signaling/call/hold_state.hpp"
#include "services/signaling/call/offer_state.hpp"
#include "services/signaling/call/session_state.hpp"
#include "services/signaling/call/session_timer.hpp"
#include "services/signaling/call/tone_state.hpp"
#include "services/signaling/call/transfer_state.hpp"
#include "services/signaling/sdp/offer_answer.hpp"
#include "services/signaling/sdp/write_sdp.hpp"
#include "services/signaling/sip/message.hpp"
#include "services/signaling/sip/precedence.hpp"
#include "services/signaling/sip/session_id.hpp"
#include "services/signaling/sip/sip_port.hpp"
#include "services/signaling/sip/transaction_layer.hpp"
#include "services/signaling/user/kpml.hpp"

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
  std::string local_display;          // beside our URI in an INVITE
  SessionId session;
};

// What a provisional response to our INVITE has made: with one of several phones that ring (RFC 3261 section 12.1).
struct EarlyDialog {
  std::string tag, target;
  std::vector<std::string> routes;
  uint32_t remote_cseq = 0;
  uint32_t rseq = 0;  // of the last reliable response (RFC 3262)
};

// A provisional response of ours that is repeated until its PRACK comes (RFC 3262 section 3).
struct PendingPrack {
  Message response;
  uint32_t rseq = 0;
  TimePoint next_at, until;
  Milliseconds interval{0};
};

// The answer to an INVITE that is repeated until its ACK comes (RFC 3261 section 13.3.1.4).
struct PendingAck {
  std::string key;
  Message response;
  TimePoint next_at, until;
  Milliseconds interval, slowest;
  uint32_t cseq = 0;  // of the INVITE, and of its ACK

  static PendingAck begin(std::string key, Message response, uint32_t cseq, const Settings& settings, TimePoint now);
  // When it is due. False: the ACK has not come in time.
  bool repeat(TransactionLayer& transactions, TimePoint now);
};

// A transfer that the user of this phone has asked for.
struct Transfer {
  TransferState state = TransferState::kNone;
  std::string number;              // of the target, without a consultation call
  bool parks = false;              // that is a park number
  std::string consultation;        // the call with the target
  std::string failure;             // of the last one, one sentence
  bool interrupted = false;        // it was under way when the process before ended
  std::optional<TimePoint> until;  // the next NOTIFY comes before
};

// An offer of the far end that has been judged here: its answer leaves when media has agreed.
struct AskedMedia {
  std::string key;  // of the request
  Message request;
  Answered answered;
  std::vector<OtherLine> others;
  Direction direction = Direction::kSendReceive;  // what we would like
  uint64_t order = 0;                             // to media, as counted
};

// What a speed dial has after its number.
struct PendingKeys {
  crypto::Secret keys;          // a comma is a pause
  std::optional<TimePoint> at;  // the next are due
};

struct Call {
  std::string id, stream;
  bool incoming = false;
  uint32_t line = 1;
  std::string own_number;                // of the line
  bool hidden = false;                   // the caller does not want to be known
  bool emergency = false;                // to an emergency number
  std::optional<FeatureInvite> feature;  // its INVITE asks for
  CodeKind code = CodeKind::kNone;       // that the call manager waits for
  uint32_t code_digits = 0;
  std::vector<FlowId> tried;  // an emergency call goes to one server after the other
  bool ignored = false;       // it rings at the far end only
  Precedence precedence = Precedence::kNone;
  bool precedence_ring = false;        // Alert-Info asks for it
  bool declined = false;               // by the user
  bool answered_elsewhere = false;     // on another device of the user's
  std::optional<TimePoint> answer_at;  // by itself
  std::optional<TimePoint> remind_at;  // of the hold, unless it has been resumed
  bool hold_reverted = false;          // the user has been reminded of it
  PendingKeys pending_keys;
  Kpml kpml;
  SessionState state = SessionState::kOpeningMedia;
  Dialog dialog;
  FlowId flow = 0;
  std::string global_call;  // the call manager's name of all its legs
  std::string remote_number, remote_name;
  LocalSession local;                   // in force
  Origin origin;                        // of what the far end has been told
  std::optional<LocalSession> offered;  // our offer with keys of its own: in force once it is answered
  std::optional<NegotiatedMedia> negotiated;
  std::string kept_offer;  // after a restart, from media's cookie: offered again byte for byte
  bool peer_takes_fallback = false;
  std::optional<AskedMedia> asked;
  std::optional<NegotiatedMedia> accepted_by_media;  // the last one that it did not refuse
  uint64_t orders = 0;                               // to media, counted
  bool identified = false;                           // the call manager has named the far end
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
  int glares = 0;                           // in a row
  std::string reinvite_key;                 // ours, for CANCEL
  std::optional<TimePoint> reinvite_until;  // it has had time enough for a final response
  TimePoint repeat_at{};                    // while glaring: when our re-INVITE is sent again
  std::optional<PendingAck> pending_ack;
  Transfer transfer;
  std::string early_tag;            // of the far end that rings
  std::string early_media_tag;      // of the one that is heard before it has answered
  bool early_media_said = false;    // it has said so by another response than 180
  bool ringing_back = false;        // the tone is played
  std::optional<TimePoint> bye_at;  // the server ends a call that was transferred; otherwise this phone does
  // The facts behind the lock.
  CallInfo far_end;
  MediaFact transmit = MediaFact::kNoPacketYet, receive = MediaFact::kNoPacketYet;
  std::string transmit_suite, receive_suite, codec;
  std::string rx_stat, tx_stat;              // how well the media arrived, as of the last report
  Indication announced = Indication::kNone;  // by the last security tone
  ToneState tone = ToneState::kFollowing;
  TimePoint settled_at{};    // while settling: when the time that media has is over
  TimePoint paused_until{};  // while pausing
  bool secure_tone_played = false;
  CallSecurity security;
  // The call manager that made the dialog.
  std::string server;  // its address
  DialogState dialog_state = DialogState::kKnown;
  SessionTimer timer;
  std::vector<HeaderField> credentials;  // of our last INVITE, for its ACK (RFC 3261 section 22.1)
  // While it rings.
  std::vector<EarlyDialog> early;
  std::optional<PendingPrack> pending_prack;
  uint32_t rseq = 0;                      // of our last reliable provisional response
  std::string replaces;                   // the call that this one takes the place of (RFC 3891)
  std::optional<TimePoint> gives_up;      // it has rung long enough
  std::optional<TimePoint> invite_until;  // our INVITE may ring (its Expires)
  std::optional<TimePoint> rings_on;      // the next 180
  int gives_up_with = 480;                // 487: the caller's own time was over
  std::string cancelled_why = "hung up here";
  // Whether the far end is still there.
  uint64_t heard_packets = 0;
  TimePoint heard_at{}, probed_at{};
  // Shown to people.
  std::optional<WallTime> started, established;
  std::string ended_by;
  uint32_t sip_status = 0;

  bool live() const { return is_live(state); }
  bool confirmed() const { return is_confirmed(state); }
  // The microphone and the speaker belong to this call, or will once it is answered.
  bool has_user() const { return (may_have_user(state) || answering()) && !on_hold(hold); }
  // Answered by the user, and media has not agreed yet.
  bool answering() const { return is_unanswered(state) && asked.has_value() && asked->key == server_key; }
};

// A request inside the dialog; ACK and CANCEL take the INVITE's number.
Message in_dialog(const Dialog& dialog, const std::string& method, const std::string& contact, uint32_t cseq);

// Of a call that is not answered yet: the dialog with the far end of this tag.
Dialog dialog_with(const Call& call, const std::string& tag);

// What our descriptions say while the hold is as it is.
Direction wanted_direction(const Call& call);

CallView view_of(const Call& call);

// What a stream is to do by an offer and its answer; its name, call, user and cookie are left to the caller.
StreamSetting media_setting(const NegotiatedMedia& negotiated);

// The URI of a Contact may be the target of requests.
bool is_target(std::string_view uri);

// Route set and target from the message that makes the dialog; reversed for the caller (section 12.1).
void learn_dialog(Dialog& dialog, const Message& message, bool as_caller);

// The state record: dialogs without a single key, for the state directory. `parse_record` is total.
std::string write_record(const std::vector<Call>& calls);
std::vector<Call> parse_record(const std::string& text);

}  // namespace phone::signaling
