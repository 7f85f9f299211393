// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Timeouts of calls, and what is repeated.
#include <algorithm>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

std::optional<TimePoint> CallList::deadline() const {
  std::optional<TimePoint> first = user_deadline();
  auto consider = [&](TimePoint one) {
    if (!first.has_value() || one < *first) first = one;
  };
  if (const auto names = names_.deadline(); names.has_value()) consider(*names);
  if (failure_tone_until_.has_value()) consider(*failure_tone_until_);
  if (preempted_until_.has_value()) consider(*preempted_until_);
  for (const Call& call : calls_) {
    if (!call.live()) continue;
    if (call.pending_ack.has_value()) consider(call.pending_ack->next_at);
    if (call.pending_prack.has_value() && !call.confirmed()) consider(call.pending_prack->next_at);
    if (is_settling(call.tone)) consider(call.settled_at);
    if (is_pausing(call.tone)) consider(call.paused_until);
    if (is_glaring(call.offer_state)) consider(call.repeat_at);
    if (is_cancelling(call.state)) consider(call.cancelled_until);
    if (call.transfer.until.has_value()) consider(*call.transfer.until);
    if (call.bye_at.has_value()) consider(*call.bye_at);
    if (call.reinvite_until.has_value()) consider(*call.reinvite_until);
    if (call.gives_up.has_value()) consider(*call.gives_up);
    if (call.rings_on.has_value()) consider(*call.rings_on);
    if (const auto due = session_deadline(call); due.has_value()) consider(*due);
  }
  return first;
}

void CallList::on_time(TimePoint now) {
  on_user_time(now);
  names_.on_time(now);
  if (preempted_until_.has_value() && now >= *preempted_until_) end_preemption_tone();
  if (failure_tone_until_.has_value() && now >= *failure_tone_until_) stop_failure_tone();
  for (Call& call : calls_) {
    if (call.live()) on_time(call, now);
  }
}

void CallList::on_time(Call& call, TimePoint now) {
  if (call.pending_ack.has_value() && now >= call.pending_ack->next_at) {
    if (!call.pending_ack->repeat(transactions_, now)) {
      send_bye(call, now);
      return end(call, "the far end did not acknowledge the answer (no ACK)", 408, Tone::kReorder);
    }
  }
  if (is_cancelling(call.state) && now >= call.cancelled_until) return end(call, call.cancelled_why, 0, Tone::kNone);
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
  if (call.reinvite_until.has_value() && now >= *call.reinvite_until) {
    call.reinvite_until.reset();
    transactions_.cancel(call.reinvite_key, now);
  }
  if (!call.confirmed()) return ring_on(call, now);
  keep_session(call, now);
}

}  // namespace phone::signaling
