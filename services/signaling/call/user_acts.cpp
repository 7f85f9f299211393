// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the user does about a call that rings, and with the handset.
#include <algorithm>

#include "services/signaling/call/call_list.hpp"

namespace phone::signaling {

absl::StatusOr<CallView> CallList::decline(const std::string& id, TimePoint now) {
  Call* call = find(id);
  if (call == nullptr) return absl::NotFoundError("no such call");
  if (!is_unanswered(call->state)) return absl::FailedPreconditionError("the call is not ringing");
  call->declined = true;
  // Busy, so that the call manager may forward it (cucm-calls.md 2.12).
  reply(call->server_key, *call->invite, 486, call->dialog.local_tag, "", now);
  end(*call, "declined here", 486, Tone::kNone);
  return view_of(*call);
}

absl::StatusOr<CallView> CallList::ignore(const std::string& id, TimePoint) {
  Call* call = find(id);
  if (call == nullptr) return absl::NotFoundError("no such call");
  if (!is_unanswered(call->state)) return absl::FailedPreconditionError("the call is not ringing");
  if (call->ignored) return view_of(*call);
  call->ignored = true;
  call->answer_at.reset();
  if (call->state == SessionState::kRingingIn) {
    stop_ringing();
    ring_waiting();
  }
  delegate_.changed();
  return view_of(*call);
}

// A call that rings by now goes on ringing at its far end, and is not heard here.
void CallList::set_do_not_disturb(DoNotDisturb state) {
  if (std::exchange(do_not_disturb_, state) == state) return;
  if (state == DoNotDisturb::kOff)
    ring_waiting();
  else
    stop_ringing();
}

HookView CallList::set_hook(bool off_hook, TimePoint now) {
  HookView view{.off_hook = off_hook, .call = std::nullopt};
  if (off_hook == off_hook_) return view;
  off_hook_ = off_hook;
  ua_port_.save_hook(off_hook);
  delegate_.changed();
  if (!off_hook) {
    stop_dial_tone();
    if (preempted_until_.has_value()) {
      stop_failure_tone();
      end_preemption_tone();
    }
    const auto talking = std::find_if(calls_.begin(), calls_.end(), [](const Call& call) { return call.has_user(); });
    if (talking == calls_.end()) return view;
    hang_up(*talking, now);
    view.call = view_of(*talking);
    return view;
  }
  // Those that ring audibly first, the oldest of them.
  Call* rings = nullptr;
  for (Call& call : calls_) {
    if (call.state != SessionState::kRingingIn) continue;
    if (rings == nullptr || (rings->ignored && !call.ignored)) rings = &call;
  }
  if (rings != nullptr) {
    if (auto answered = answer(rings->id, now); answered.ok()) view.call = *std::move(answered);
    return view;
  }
  if (std::any_of(calls_.begin(), calls_.end(), [](const Call& call) { return call.has_user(); })) return view;
  dial_tone_until_ = now + settings_.off_hook;
  ua_port_.play_tone(Tone::kDial, "");
  return view;
}

void CallList::stop_dial_tone() {
  if (!dial_tone_until_.has_value()) return;
  dial_tone_until_.reset();
  ua_port_.play_tone(Tone::kNone, "");
  ring_waiting();
}

}  // namespace phone::signaling
