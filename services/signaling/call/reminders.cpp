// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What happens to calls by itself after a while: the dial tone ends, a line answers, the user is reminded of a call on
// hold (cucm-calls.md 2.1), the keys of a speed dial follow its number.
#include <algorithm>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/user/lines.hpp"

namespace phone::signaling {
namespace {

constexpr std::chrono::seconds kKeyPause{2};  // of a comma in a speed dial (cucm-calls.md 8.2)

// After the answer, or when the call manager asks for a code before it.
bool keys_are_due(const Call& call) {
  const bool ready = call.confirmed() ? call.has_user() : call.kpml.state == KpmlState::kSubscribed;
  return ready && !call.pending_keys.keys.empty() && call.pending_keys.at.has_value();
}

}  // namespace

void CallList::arm_auto_answer(Call& call, TimePoint now) {
  const LineSettings* line = line_of(settings_, call.line);
  if (line == nullptr || line->auto_answer == AutoAnswer::kOff || call.ignored) return;
  // Never takes the user out of a call.
  const bool taken = std::any_of(calls_.begin(), calls_.end(), [](const Call& other) { return other.has_user(); });
  if (!taken) call.answer_at = now + settings_.auto_answer_after;
}

void CallList::arm_reminder(Call& call, TimePoint now) {
  end_reminder(call);
  if (settings_.hold_reversion.count() > 0 && on_hold(call.hold)) call.remind_at = now + settings_.hold_reversion;
}

void CallList::end_reminder(Call& call) {
  call.remind_at.reset();
  if (std::exchange(call.hold_reverted, false)) {
    ua_port_.play_tone(Tone::kNone, "");
    ring_waiting();
    delegate_.changed();
  }
}

void CallList::remind(Call& call, TimePoint now) {
  call.remind_at = now + settings_.hold_reversion_interval;
  // Whoever transfers a call knows that it is on hold.
  if (!on_hold(call.hold) || call.transfer.state != TransferState::kNone) return;
  if (!call.hold_reverted) {
    call.hold_reverted = true;
    ua_port_.report("call.hold_reverted", Severity::kInfo, "a call has been on hold for long: the user is reminded",
                    {{"call", call.id}});
    delegate_.changed();
  }
  const auto rings = [](const Call& one) { return one.state == SessionState::kRingingIn && !one.ignored; };
  if (std::any_of(calls_.begin(), calls_.end(), rings)) return;
  const auto talking =
      std::find_if(calls_.begin(), calls_.end(), [](const Call& one) { return one.confirmed() && one.has_user(); });
  ua_port_.play_tone(Tone::kCallWaiting, talking == calls_.end() ? "" : talking->stream);
}

void CallList::press_pending_keys(Call& call, TimePoint now) {
  PendingKeys& pending = call.pending_keys;
  if (!keys_are_due(call) || now < *pending.at) return;
  std::string_view keys = pending.keys.view();
  const size_t comma = keys.find(',');
  if (comma != 0) {
    send_digits(
        call.id, crypto::Secret::copy_of(keys.substr(0, comma)), [](const absl::Status&) {}, now);
    keys.remove_prefix(std::min(comma, keys.size()));
  }
  if (!keys.empty()) keys.remove_prefix(1);
  pending.at = now + kKeyPause;
  pending.keys = crypto::Secret::copy_of(keys);
}

void CallList::on_user_time(TimePoint now) {
  if (dial_tone_until_.has_value() && now >= *dial_tone_until_) {
    dial_tone_until_.reset();
    const bool rings = std::any_of(calls_.begin(), calls_.end(),
                                   [](const Call& call) { return call.state == SessionState::kRingingIn; });
    if (!rings) ua_port_.play_tone(Tone::kReorder, "");
  }
  for (size_t i = 0; i < calls_.size(); ++i) {
    Call& call = calls_[i];
    if (!call.live()) continue;
    if (call.answer_at.has_value() && now >= *call.answer_at) {
      call.answer_at.reset();
      const LineSettings* line = line_of(settings_, call.line);
      if (line != nullptr && call.state == SessionState::kRingingIn) {
        ua_port_.select_transducer(line->auto_answer);
        (void)answer(call.id, now);  // refused while the caller's part is missing: then it rings on
      }
    }
    if (call.live() && call.remind_at.has_value() && now >= *call.remind_at) remind(call, now);
    if (call.live()) press_pending_keys(call, now);
    if (call.live()) on_kpml_time(call, now);
  }
}

std::optional<TimePoint> CallList::user_deadline() const {
  std::optional<TimePoint> first = dial_tone_until_;
  const auto consider = [&](const std::optional<TimePoint>& one) {
    if (one.has_value() && (!first.has_value() || *one < *first)) first = one;
  };
  for (const Call& call : calls_) {
    if (!call.live()) continue;
    consider(call.answer_at);
    consider(call.remind_at);
    if (keys_are_due(call)) consider(call.pending_keys.at);
    if (call.kpml.state == KpmlState::kSubscribed) consider(call.kpml.until);
    consider(call.kpml.complete_at);
  }
  return first;
}

}  // namespace phone::signaling
