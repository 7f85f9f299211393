// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/call_list.hpp"

#include <algorithm>

#include "common/text/foreign_text.hpp"
#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/sip/validator.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kEndedKept = 8;  // signaling.proto
constexpr Milliseconds kSettleTime{2000};

std::string host_part(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  return !host.empty() && host.front() == '[' ? host.substr(1, host.size() - 2) : host;
}

}  // namespace

absl::Status check_dialable(std::string_view number) {
  const bool fits = std::all_of(number.begin(), number.end(), [](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '*' || c == '#' || c == '+';
  });
  if (fits && !number.empty() && number.size() <= 64) return absl::OkStatus();
  return absl::InvalidArgumentError("a number has 1 to 64 characters: digits, *, #, + and letters");
}

void CallList::configure(const Settings& settings) { settings_ = settings; }

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
    if (call.live() && call.dialog.call_id == request.call_id && call.dialog.local_tag == request.to_tag() &&
        call.dialog.remote_tag == request.from_tag()) {
      return &call;
    }
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
  return contact_uri(settings_, transactions_.local_address(call.flow), transactions_.tls(call.flow));
}

crypto::Secret CallList::fresh_key(size_t octets) { return crypto::Secret(ua_port_.random_bytes(octets)); }

Call& CallList::begin(bool incoming, TimePoint) {
  size_t ended =
      static_cast<size_t>(std::count_if(calls_.begin(), calls_.end(), [](const Call& call) { return !call.live(); }));
  while (ended-- >= kEndedKept) {
    calls_.erase(std::find_if(calls_.begin(), calls_.end(), [](const Call& call) { return !call.live(); }));
  }
  Call call;
  call.id = cat("call-", random_token(ua_port_, 4));
  call.stream = cat("stream-", random_token(ua_port_, 4));
  call.incoming = incoming;
  call.state = incoming ? SessionState::kReceived : SessionState::kOpeningMedia;
  call.dialog.local_tag = random_token(ua_port_, 8);
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
  ++offer.version;
  offer.direction = wanted_direction(call);
  offer.codecs = settings_.codecs;
  offer.crypto = fresh_keys(call);
  return offer;
}

// The offer was sent, so its version is used up.
void CallList::drop_offer(Call& call) {
  if (!call.offered.has_value()) return;
  call.local.version = call.offered->version;
  call.offered.reset();
}

// The keys that were not chosen are of no further use; an offer without them is another description (RFC 3264 section
// 8).
void CallList::keep_chosen_key(Call& call) {
  const size_t dropped = std::erase_if(
      call.local.crypto, [&](const CryptoLine& line) { return line.tag != call.negotiated->transmit.tag; });
  if (dropped != 0) ++call.local.version;
}

size_t CallList::live_calls() const {
  return static_cast<size_t>(std::count_if(calls_.begin(), calls_.end(), [](const Call& call) { return call.live(); }));
}

size_t CallList::most_calls() const {
  return settings_.max_calls == 0 ? kMaximumLive : std::min(settings_.max_calls, kMaximumLive);
}

bool CallList::busy() const {
  const size_t trigger = settings_.busy_trigger == 0 ? most_calls() : std::min(settings_.busy_trigger, most_calls());
  return live_calls() >= trigger;
}

absl::StatusOr<CallView> CallList::dial(const std::string& number, TimePoint now) {
  if (absl::Status valid = check_dialable(number); !valid.ok()) return valid;
  auto active = delegate_.active();
  if (!active.has_value()) return absl::FailedPreconditionError("the phone is not registered");
  if (live_calls() >= most_calls()) return absl::ResourceExhaustedError("the phone has no free call appearance");
  give_user_to(nullptr, now);
  Call& call = begin(false, now);
  call.flow = active->flow;
  call.remote_number = number;
  call.dialog.call_id = cat(random_token(ua_port_, 12), "@", host_part(active->facts.local_address));
  call.dialog.local_uri = address_of_record(settings_, active->target);
  Settings far = settings_;
  far.directory_number = number;
  std::string host = address_of_record(far, active->target);
  size_t hash = 0;
  while ((hash = host.find('#')) != std::string::npos) host.replace(hash, 1, "%23");
  call.dialog.remote_uri = host;
  call.dialog.remote_target = host;
  call.local.address = host_part(active->facts.local_address);
  ua_port_.open_stream(call.stream, call.local.address);
  return view_of(call);
}

absl::StatusOr<CallView> CallList::answer(const std::string& id, TimePoint now) {
  Call* call = find(id);
  if (call == nullptr) return absl::NotFoundError("no such call");
  if (call->state == SessionState::kReceived) return absl::FailedPreconditionError("media is not ready yet");
  if (call->state != SessionState::kRingingIn) return absl::FailedPreconditionError("the call is not ringing");
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
    case SessionState::kEnded:
      break;
  }
}

void CallList::establish(Call& call, TimePoint now) {
  enter(call, SessionEvent::kAnswered, "the INVITE was answered 200");
  call.established = ua_port_.wall();
  settle(call, now);
  if (call.incoming)
    stop_ringing();
  else
    ua_port_.play_tone(Tone::kNone, call.stream);
  ua_port_.report("call.established", Severity::kInfo, cat("call with ", call.remote_number), {{"call", call.id}});
  judge(call, now);
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
  if (rang) stop_ringing();
  ua_port_.close_stream(call.stream);
  if (tone != Tone::kNone) ua_port_.play_tone(tone, "");
  if (rang || had_user) ring_waiting();
  ua_port_.report("call.ended", Severity::kInfo, call.ended_by, {{"call", call.id}, {"status", cat(status)}});
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
      fail_transfer(call, "the connection to the call manager was lost", TimePoint{});
      // An offer that was under way will not be answered any more, nor a 200 confirmed: the next registration asks
      // again.
      call.pending_ack.reset();
      enter(call, OfferEvent::kDialogLost, "its connection was lost");
      drop_offer(call);
      judge(call, TimePoint{});
    } else {
      end(call, "the connection to the call manager was lost", 503, Tone::kReorder);
    }
  }
  delegate_.changed();
}

void CallList::registered(FlowId flow, TimePoint now) {
  for (Call& call : calls_) {
    if (call.state != SessionState::kPreserved) continue;
    call.flow = flow;
    enter(call, SessionEvent::kReregistered, "the phone is registered again");
    if (call.transmit == MediaFact::kNoPacketYet || call.receive == MediaFact::kNoPacketYet) settle(call, now);
    judge(call, now);
    call.glares = 0;
    refresh(call, now);
  }
  save();
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

std::optional<TimePoint> CallList::deadline() const {
  std::optional<TimePoint> first;
  auto consider = [&](TimePoint one) {
    if (!first.has_value() || one < *first) first = one;
  };
  for (const Call& call : calls_) {
    if (!call.live()) continue;
    if (call.pending_ack.has_value()) consider(call.pending_ack->next_at);
    if (is_settling(call.tone)) consider(call.settled_at);
    if (is_pausing(call.tone)) consider(call.paused_until);
    if (is_glaring(call.offer_state)) consider(call.repeat_at);
    if (is_cancelling(call.state)) consider(call.cancelled_until);
    if (call.transfer.until.has_value()) consider(*call.transfer.until);
    if (call.bye_at.has_value()) consider(*call.bye_at);
  }
  return first;
}

void CallList::on_time(TimePoint now) {
  for (Call& call : calls_) {
    if (call.live()) on_time(call, now);
  }
}

void CallList::on_time(Call& call, TimePoint now) {
  if (call.pending_ack.has_value() && now >= call.pending_ack->next_at) {
    PendingAck& waiting = *call.pending_ack;
    if (now >= waiting.until) {
      send_bye(call, now);
      return end(call, "the far end did not acknowledge the answer (no ACK)", 408, Tone::kReorder);
    }
    transactions_.respond(waiting.key, waiting.response, now);
    waiting.interval = std::min<Milliseconds>(waiting.interval * 2, Milliseconds(4000));
    waiting.next_at = now + waiting.interval;
  }
  if (is_cancelling(call.state) && now >= call.cancelled_until) return end(call, "hung up here", 0, Tone::kNone);
  if (call.bye_at.has_value() && now >= *call.bye_at) {
    send_bye(call, now);
    return end(call, "transferred", 0, Tone::kNone);
  }
  if (call.transfer.until.has_value() && now >= *call.transfer.until)
    fail_transfer(call, "the call manager does not tell its outcome", now);
  if (is_settling(call.tone) && now >= call.settled_at) {
    enter(call, ToneEvent::kSettleOver, "the time that media had is over");
    judge(call, now);
  }
  if (is_pausing(call.tone) && now >= call.paused_until) judge(call, now);
  if (is_glaring(call.offer_state) && now >= call.repeat_at) {
    // Otherwise the far end's INVITE came first: ours follows its ACK.
    const bool waited = call.offer_state == OfferState::kGlare;
    enter(call, OfferEvent::kGlareOver, "the wait after a 491 is over");
    if (waited && call.state == SessionState::kEstablished) refresh(call, now);
  }
}

}  // namespace phone::signaling
