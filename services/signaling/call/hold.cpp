// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// One user, one microphone: at most one call has them. The others are on hold (cucm-calls.md 2.1): for media at once,
// for the far end as soon as it agrees.
#include <algorithm>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kMostDigits = 32;  // media.proto

bool is_key(char c) { return (c >= '0' && c <= '9') || c == '*' || c == '#' || (c >= 'A' && c <= 'D'); }

}  // namespace

absl::StatusOr<CallView> CallList::hold(const std::string& id, TimePoint now) {
  Call* call = find(id);
  if (call == nullptr) return absl::NotFoundError("no such call");
  if (!call->confirmed()) return absl::FailedPreconditionError("the call is not established");
  if (on_hold(call->hold)) return absl::FailedPreconditionError("the call is on hold already");
  leave(*call, HoldReason::kUser, now);
  ring_waiting();
  return view_of(*call);
}

absl::StatusOr<CallView> CallList::hold_for_conference(const std::string& id, TimePoint now) {
  Call* call = find(id);
  if (call == nullptr) return absl::NotFoundError("no such call");
  if (!call->confirmed()) return absl::FailedPreconditionError("the call is not established");
  if (!on_hold(call->hold)) leave(*call, HoldReason::kConference, now);
  return view_of(*call);
}

absl::StatusOr<CallView> CallList::resume(const std::string& id, TimePoint now) {
  Call* call = find(id);
  if (call == nullptr) return absl::NotFoundError("no such call");
  if (!call->confirmed()) return absl::FailedPreconditionError("the call is not established");
  if (!on_hold(call->hold)) return absl::FailedPreconditionError("the call is not on hold");
  if (call->transfer.state == TransferState::kReferring || call->transfer.state == TransferState::kAccepted)
    return absl::FailedPreconditionError("the call is being transferred");
  take_user(*call, now);
  return view_of(*call);
}

void CallList::take_user(Call& call, TimePoint now) {
  const bool swapped = std::any_of(calls_.begin(), calls_.end(),
                                   [](const Call& other) { return other.confirmed() && other.has_user(); });
  give_user_to(&call, now);
  call.hold_reason = swapped ? HoldReason::kSwap : HoldReason::kUser;
  end_reminder(call);
  enter(call, HoldEvent::kResume, "the user comes back");
  configure_media(call);
  pursue_hold(call, now);
  judge(call, now);
  save();
  delegate_.changed();
}

void CallList::send_digits(const std::string& id, const crypto::Secret& digits,
                           std::function<void(const absl::Status&)> done, TimePoint now) {
  Call* call = find(id);
  const std::string_view keys = digits.view();
  if (call == nullptr) return done(absl::NotFoundError("no such call"));
  const bool erases = keys.find(kBackspace) != std::string_view::npos;
  if (keys.empty() || keys.size() > kMostDigits ||
      !std::all_of(keys.begin(), keys.end(), [](char c) { return is_key(c) || c == kBackspace; }))
    return done(absl::InvalidArgumentError("1 to 32 digits are sent at a time: 0-9, *, # and A-D"));
  if (!call->has_user() && call->confirmed()) return done(absl::FailedPreconditionError("the call is on hold"));
  // The call manager gets the keys too; before the answer only the call manager (cucm-calls.md 3.2, 3.3).
  const bool dialling = !call->confirmed() && call->has_user();
  if (erases && !dialling) return done(absl::FailedPreconditionError("a key is taken back only while dialling"));
  if (erases && !(serves_kpml(*call) && takes(call->kpml.pattern, kBackspace)))
    return done(absl::FailedPreconditionError("the call manager does not let a key be taken back"));
  const bool for_manager = dialling ? serves_kpml(*call) : call->kpml.state == KpmlState::kSubscribed;
  if (for_manager && call->kpml.waiting.size() + keys.size() > kMostKpmlWaiting)
    return done(absl::ResourceExhaustedError("too many keys wait for the call manager"));
  if (for_manager) take_keys(*call, digits, now);
  if (dialling && for_manager) return done(absl::OkStatus());
  if (!call->confirmed() || !call->negotiated.has_value())
    return done(absl::FailedPreconditionError("the call is not established"));
  if (call->negotiated->dtmf_payload_type == 0 && for_manager) return done(absl::OkStatus());
  if (call->negotiated->dtmf_payload_type == 0)
    return done(absl::FailedPreconditionError("the far end does not support telephone events (RFC 4733)"));
  ua_port_.send_digits(call->stream, digits, std::move(done));
}

void CallList::enter(Call& call, HoldEvent event, std::string cause) {
  const HoldState from = std::exchange(call.hold, next(call.hold, event));
  if (from == call.hold) return;
  delegate_.state_changed({call.id, name_of(from), name_of(call.hold), std::move(cause)});
}

void CallList::give_user_to(const Call* one, TimePoint now) {
  stop_dial_tone();
  for (Call& other : calls_) {
    if (&other == one || !other.has_user()) continue;
    if (other.confirmed())
      leave(other, one != nullptr && on_hold(one->hold) ? HoldReason::kSwap : HoldReason::kUser, now);
    else
      hang_up(other, now);
  }
}

void CallList::leave(Call& call, HoldReason reason, TimePoint now) {
  call.hold_reason = reason;
  enter(call, HoldEvent::kHold, "the user leaves");
  arm_reminder(call, now);
  configure_media(call);
  ua_port_.play_tone(Tone::kNone, call.stream);
  pursue_hold(call, now);
  save();
  delegate_.changed();
}

LocalSession CallList::hold_offer(const Call& call) {
  LocalSession offer = fresh_offer(call);
  const SrtpKey& used = call.negotiated->transmit;
  for (CryptoLine& line : offer.crypto) {
    if (line.suite == used.suite) line.key_salt = used.key_salt;
  }
  return offer;
}

// What was agreed last has another direction than the user wants.
bool CallList::hold_is_due(const Call& call) const {
  return awaits_far_end(call.hold) && receives(call.local.direction) == on_hold(call.hold);
}

void CallList::pursue_hold(Call& call, TimePoint now) {
  offer_hold(call, now);
  pursue_transfers(now);
}

void CallList::offer_hold(Call& call, TimePoint now) {
  // Without media or a connection, the next offer carries the direction.
  if (call.state != SessionState::kEstablished || !call.negotiated.has_value()) return;
  if (call.offer_state != OfferState::kSettled) return;
  settle_hold(call, "both ends agree already");
  if (hold_is_due(call)) refresh(call, now);
}

void CallList::settle_hold(Call& call, std::string cause) {
  if (receives(call.local.direction) != on_hold(call.hold)) enter(call, HoldEvent::kAgreed, std::move(cause));
}

void CallList::refuse_hold(Call& call, std::string why, TimePoint now) {
  if (!hold_is_due(call) || !call.live()) return;
  const bool holding = on_hold(call.hold);
  enter(call, HoldEvent::kRefused, why);
  ua_port_.report(holding ? "call.hold_refused" : "call.resume_refused", Severity::kWarning,
                  cat(holding ? "the call is on hold here only: " : "the call stays on hold: ", why),
                  {{"call", call.id}});
  configure_media(call);
  save();
  delegate_.changed();
  pursue_transfers(now);
}

// During a conversation the user hears the call waiting tone instead.
void CallList::ring(const Call& call) {
  if (do_not_disturb_ != DoNotDisturb::kOff || preempted_until_.has_value()) return;
  for (const Call& other : calls_) {
    if (&other != &call && other.confirmed() && other.has_user())
      return ua_port_.play_tone(Tone::kCallWaiting, other.stream);
  }
  failure_tone_until_.reset();
  const bool precedence = sounds_of_precedence(call) || call.precedence_ring;
  ua_port_.play_tone(precedence ? Tone::kPrecedenceRinging : Tone::kRinging, "");
}

void CallList::ring_waiting() {
  for (const Call& call : calls_) {
    if (call.state == SessionState::kRingingIn && !call.ignored) ring(call);
  }
}

void CallList::stop_ringing() {
  failure_tone_until_.reset();
  ua_port_.play_tone(Tone::kNone, "");
  for (const Call& call : calls_) {
    if (call.confirmed() && call.has_user()) ua_port_.play_tone(Tone::kNone, call.stream);
  }
}

}  // namespace phone::signaling
