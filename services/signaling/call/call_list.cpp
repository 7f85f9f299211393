// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/call_list.hpp"

#include <algorithm>

#include "common/text/foreign_text.hpp"
#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kEndedKept = 8;  // signaling.proto
constexpr Milliseconds kSettleTime{2000};

}  // namespace

void CallList::configure(const Settings& settings) {
  settings_ = settings;
  delegate_.changed();
}

Call* CallList::find(const std::string& id) {
  for (Call& call : calls_) {
    if (call.id == id) return &call;
  }
  return nullptr;
}

Call* CallList::find_stream(const std::string& stream) {
  for (Call& call : calls_) {
    if (call.stream == stream && call.live()) return &call;
  }
  return nullptr;
}

Call* CallList::find_dialog(const Message& request) {
  for (Call& call : calls_) {
    if (!call.live() || call.dialog.call_id != request.call_id || call.dialog.local_tag != request.to_tag()) continue;
    // Before the far end has answered, a request may be the first that names its end of the dialog (cucm-calls.md 3.2).
    if (call.dialog.remote_tag == request.from_tag() || (!call.incoming && is_inviting(call.state))) return &call;
  }
  return nullptr;
}

MediaRules CallList::rules(const Call& call) const {
  // SDES keys travel over TLS or not at all.
  bool tls = transactions_.tls(call.flow);
  return {.codecs = settings_.codecs,
          .suites = settings_.suites,
          .encrypted = settings_.encrypted_media && tls,
          .fallback = settings_.fallback_allowed && call.peer_takes_fallback};
}

std::string CallList::contact(const Call& call) const {
  return contact_uri(settings_, transactions_.local_address(call.flow), transactions_.transport(call.flow), call.line);
}

crypto::Secret CallList::fresh_key(size_t octets) { return crypto::Secret(ua_port_.random_bytes(octets)); }

Call& CallList::begin(bool incoming, TimePoint) {
  size_t ended =
      static_cast<size_t>(std::count_if(calls_.begin(), calls_.end(), [](const Call& call) { return !call.live(); }));
  while (ended-- >= kEndedKept) {
    // One whose INVITE may still be answered is kept, so that a late 200 is acknowledged and ended.
    const auto oldest = std::find_if(calls_.begin(), calls_.end(), [&](const Call& call) {
      return !call.live() && !transactions_.awaits(call.invite_key);
    });
    if (oldest == calls_.end()) break;
    calls_.erase(oldest);
  }
  Call call;
  call.id = cat("call-", random_token(ua_port_, 4));
  call.stream = cat("stream-", random_token(ua_port_, 4));
  call.incoming = incoming;
  call.state = incoming ? SessionState::kReceived : SessionState::kOpeningMedia;
  call.dialog.local_tag = random_token(ua_port_, 8);
  call.dialog.session.local = new_session_uuid(ua_port_);
  call.started = ua_port_.wall();
  calls_.push_back(std::move(call));
  delegate_.changed();
  return calls_.back();
}

// What each session description of ours in this call begins with.
void CallList::introduce(Call& call) {
  call.local.codecs = settings_.codecs;
  call.local.session_id =
      static_cast<uint64_t>(
          std::chrono::duration_cast<std::chrono::seconds>(ua_port_.wall().time_since_epoch()).count()) +
      static_cast<uint8_t>(ua_port_.random_bytes(1)[0]);
}

void CallList::prepare_local(Call& call) {
  introduce(call);
  call.local.crypto = fresh_keys(call);
}

std::vector<CryptoLine> CallList::fresh_keys(const Call& call) {
  std::vector<CryptoLine> keys;
  if (!rules(call).encrypted) return keys;
  uint32_t tag = 0;
  for (const std::string& suite : settings_.suites) {
    if (auto length = key_length(suite); length.has_value()) keys.push_back({++tag, suite, fresh_key(*length)});
  }
  return keys;
}

// An offer that another far end may answer: its keys have never been sent, and it has all suites.
LocalSession CallList::fresh_offer(const Call& call) {
  LocalSession offer = call.local;
  offer.direction = wanted_direction(call);
  offer.codecs = settings_.codecs;
  offer.crypto = fresh_keys(call);
  return offer;
}

void CallList::drop_offer(Call& call) { call.offered.reset(); }

// The keys that were not chosen are of no further use.
void CallList::keep_chosen_key(Call& call) {
  std::erase_if(call.local.crypto, [&](const CryptoLine& line) { return line.tag != call.negotiated->transmit.tag; });
}

size_t CallList::live_calls() const {
  return static_cast<size_t>(std::count_if(calls_.begin(), calls_.end(), [](const Call& call) { return call.live(); }));
}

absl::StatusOr<CallView> CallList::answer(const std::string& id, TimePoint now) {
  Call* call = find(id);
  if (call == nullptr) return absl::NotFoundError("no such call");
  if (call->state == SessionState::kReceived) return absl::FailedPreconditionError("media is not ready yet");
  if (call->state != SessionState::kRingingIn) return absl::FailedPreconditionError("the call is not ringing");
  if (call->answering()) return absl::FailedPreconditionError("the call is being answered already");
  // RFC 3262 section 5: an offer in a reliable provisional response is answered by its PRACK first.
  if (call->pending_prack.has_value() && !call->pending_prack->response.body.empty())
    return absl::FailedPreconditionError("the caller has not confirmed yet that it rings");
  give_user_to(call, now);
  accept_incoming(*call, now);
  return view_of(*call);
}

absl::StatusOr<CallView> CallList::hang_up(const std::string& id, TimePoint now) {
  Call* call = find(id);
  if (call == nullptr) return absl::NotFoundError("no such call");
  hang_up(*call, now);
  return view_of(*call);
}

void CallList::hang_up(Call& call, TimePoint now) {
  switch (call.state) {
    case SessionState::kOpeningMedia:
      end(call, "hung up here", 0, Tone::kNone);
      break;
    case SessionState::kInviting:
    case SessionState::kRingingOut:
      enter(call, SessionEvent::kHungUpEarly, "hung up here");
      call.cancelled_until = now + 64 * settings_.t1;  // RFC 3261 section 9.1
      ua_port_.play_tone(Tone::kNone, call.stream);
      transactions_.cancel(call.invite_key, now);
      break;
    case SessionState::kReceived:
    case SessionState::kRingingIn:
      reply(call.server_key, *call.invite, 603, call.dialog.local_tag, "", now);
      end(call, "declined here", 603, Tone::kNone);
      break;
    case SessionState::kEstablished:
    case SessionState::kPreserved:
      send_bye(call, now);
      end(call, "hung up here", 0, Tone::kNone);
      break;
    case SessionState::kCancelling:
    case SessionState::kCancellingRinging:
      // The server says nothing: the transaction ends by itself, the call is over for the user.
      end(call, call.cancelled_why, 0, Tone::kNone);
      break;
    case SessionState::kEnded:
      break;
  }
}

void CallList::establish(Call& call, TimePoint now) {
  enter(call, SessionEvent::kAnswered, "the INVITE was answered 200");
  call.established = ua_port_.wall();
  call.gives_up.reset();
  call.rings_on.reset();
  call.heard_at = call.probed_at = now;
  remember(call);
  call.answer_at.reset();
  if (!call.pending_keys.keys.empty()) call.pending_keys.at = now;
  if (call.kpml.state != KpmlState::kSubscribed) forget_kpml(call);
  settle(call, now);
  if (call.incoming)
    stop_ringing();
  else
    stop_ringback(call);
  ua_port_.report("call.established", Severity::kInfo, cat("call with ", call.remote_number), trace_of(call));
  judge(call, now);
  end_replaced(call, now);
  save();
  delegate_.changed();
}

void CallList::enter(Call& call, SessionEvent event, std::string cause) {
  const SessionState from = std::exchange(call.state, next(call.state, event));
  if (from == call.state) return;
  delegate_.state_changed({call.id, name_of(from), name_of(call.state), std::move(cause)});
}

void CallList::enter(Call& call, OfferEvent event, std::string cause) {
  const OfferState from = std::exchange(call.offer_state, next(call.offer_state, event));
  if (from == call.offer_state) return;
  delegate_.state_changed({cat("offer of ", call.id), name_of(from), name_of(call.offer_state), std::move(cause)});
}

void CallList::enter(Call& call, DialogEvent event, std::string cause) {
  const DialogState from = std::exchange(call.dialog_state, next(call.dialog_state, event));
  if (from == call.dialog_state) return;
  delegate_.state_changed({cat("dialog of ", call.id), name_of(from), name_of(call.dialog_state), std::move(cause)});
}

void CallList::enter(Call& call, ToneEvent event, std::string cause) {
  const ToneState from = std::exchange(call.tone, next(call.tone, event));
  if (from == call.tone) return;
  delegate_.state_changed({cat("security tone of ", call.id), name_of(from), name_of(call.tone), std::move(cause)});
}

void CallList::settle(Call& call, TimePoint now) {
  call.settled_at = now + kSettleTime;
  enter(call, ToneEvent::kSettle, "media has not shown yet whether it is encrypted");
}

void CallList::end(Call& call, std::string why, uint32_t status, Tone tone) {
  if (!call.live()) return;
  remember_end(call);
  const bool rang = is_unanswered(call.state), had_user = call.has_user();
  call.ended_by = text::clean(why);
  call.sip_status = status;
  enter(call, SessionEvent::kOver, call.ended_by);
  enter(call, OfferEvent::kDialogLost, call.ended_by);
  enter(call, TransferEvent::kOver, call.ended_by);
  call.transfer.until.reset();
  call.bye_at.reset();
  call.pending_ack.reset();
  call.local.crypto.clear();
  call.offered.reset();
  call.negotiated.reset();
  call.accepted_by_media.reset();
  drop_asked(call);
  call.pending_prack.reset();
  call.reinvite_until.reset();
  call.gives_up.reset();
  call.rings_on.reset();
  call.timer.stop();
  // The end of a call ends its INVITE too. An INVITE that has its final response is not affected.
  if (rang && call.invite.has_value())
    reply(call.server_key, *call.invite, 487, call.dialog.local_tag, "", delegate_.now());
  if (!call.incoming) transactions_.cancel(call.invite_key, delegate_.now());
  forget_kpml(call);
  end_reminder(call);
  call.pending_keys = {};
  if (rang) stop_ringing();
  ua_port_.close_stream(call.stream);
  if (tone != Tone::kNone) play_failure_tone(tone);
  if (rang || had_user) ring_waiting();
  Detail detail = trace_of(call);
  detail.emplace("status", cat(status));
  ua_port_.report("call.ended", Severity::kInfo, call.ended_by, std::move(detail));
  save();
  delegate_.changed();
}

void CallList::save() {
  std::string record = write_record(calls_);
  if (record == saved_) return;
  saved_ = record;
  ua_port_.save(std::move(record));
}

void CallList::flow_lost(FlowId flow) {
  for (Call& call : calls_) {
    if (call.flow != flow || !call.live()) continue;
    if (call.confirmed()) {
      enter(call, SessionEvent::kFlowLost, "its connection was lost");
      enter(call, DialogEvent::kConnectionLost, "its connection was lost");
      call.heard_at = delegate_.now();
      fail_transfer(call, "the connection to the call manager was lost", TimePoint{});
      // An offer that was under way will not be answered any more, nor a 200 confirmed: the next registration asks
      // again.
      call.pending_ack.reset();
      if (std::exchange(call.asked, std::nullopt).has_value()) configure_media(call);
      enter(call, OfferEvent::kDialogLost, "its connection was lost");
      drop_offer(call);
      judge(call, TimePoint{});
    } else {
      end(call, "the connection to the call manager was lost", 503, Tone::kReorder);
    }
  }
  delegate_.changed();
}

bool CallList::idle() const {
  return std::none_of(calls_.begin(), calls_.end(), [](const Call& call) { return call.live(); });
}

std::vector<CallView> CallList::views() const {
  std::vector<CallView> views;
  for (const Call& call : calls_) views.push_back(view_of(call));
  return views;
}

}  // namespace phone::signaling
