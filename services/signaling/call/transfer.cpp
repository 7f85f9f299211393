// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The user transfers a call: REFER in its dialog, and the NOTIFYs that report the outcome (cucm-calls.md 2.2, RFC 3515,
// RFC 3891).
#include <algorithm>

#include "common/text/foreign_text.hpp"
#include "services/signaling/call/call_list.hpp"
#include "services/signaling/sip/message_body.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr std::chrono::seconds kNotifyPatience{60};  // a target may ring; each NOTIFY begins it anew
constexpr std::chrono::seconds kByePatience{5};      // for the server to end the consultation call

// Of a URI's header: everything but unreserved characters (RFC 3261 section 25.1).
std::string escaped(std::string_view text) {
  return percent_encoded(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
           c == '_' || c == '~';
  });
}

// "sip:1003@cucm": a URI without parameters and headers.
std::string bare_uri(std::string_view uri) { return std::string(uri.substr(0, uri.find_first_of(";?>"))); }

absl::Status check_followed(const Call& call) {
  if (is_adrift(call.dialog_state))
    return absl::FailedPreconditionError("the call manager of this call no longer has it: it cannot be transferred");
  if (call.state != SessionState::kEstablished) return absl::FailedPreconditionError("the call is not established");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CallView> CallList::transfer(const std::string& id, const std::string& number, TimePoint now) {
  return transfer_blindly(id, number, false, now);
}

absl::StatusOr<CallView> CallList::park_at(const std::string& id, const std::string& slot, TimePoint now) {
  return transfer_blindly(id, slot, true, now);
}

absl::StatusOr<CallView> CallList::transfer_blindly(const std::string& id, const std::string& number, bool parks,
                                                    TimePoint now) {
  Call* call = find(id);
  if (call == nullptr) return absl::NotFoundError("no such call");
  if (absl::Status valid = check_dialable(number); !valid.ok()) return valid;
  if (absl::Status followed = check_followed(*call); !followed.ok()) return followed;
  if (call->transfer.state != TransferState::kNone)
    return absl::FailedPreconditionError("the call is being transferred already");
  call->transfer.number = number;
  call->transfer.parks = parks;
  call->transfer.consultation.clear();
  begin_transfer(*call, now);
  return view_of(*call);
}

absl::StatusOr<CallView> CallList::transfer_to(const std::string& id, const std::string& other, TimePoint now) {
  Call* call = find(id);
  Call* target = find(other);
  if (call == nullptr || target == nullptr) return absl::NotFoundError("no such call");
  if (call == target) return absl::InvalidArgumentError("a call is transferred to another one");
  if (absl::Status followed = check_followed(*call); !followed.ok()) return followed;
  const bool rings = target->state == SessionState::kRingingOut && !target->early_tag.empty();
  if (target->state != SessionState::kEstablished && !rings)
    return absl::FailedPreconditionError("the call with the target is not established and does not ring there");
  if (call->transfer.state != TransferState::kNone || target->transfer.state != TransferState::kNone)
    return absl::FailedPreconditionError("the call is being transferred already");
  call->transfer.number.clear();
  call->transfer.parks = false;
  call->transfer.consultation = other;
  begin_transfer(*call, now);
  return view_of(*call);
}

void CallList::enter(Call& call, TransferEvent event, std::string cause) {
  const TransferState from = std::exchange(call.transfer.state, next(call.transfer.state, event));
  if (from == call.transfer.state) return;
  delegate_.state_changed({call.id, name_of(from), name_of(call.transfer.state), std::move(cause)});
  save();  // so that the next process can say what became of it
  delegate_.changed();
}

void CallList::begin_transfer(Call& call, TimePoint now) {
  call.transfer.failure.clear();
  call.transfer.until = now + kNotifyPatience;
  enter(call, TransferEvent::kAsked, "the user asks for a transfer");
  const std::string consultation = call.transfer.consultation;
  for (Call& one : calls_) {
    if ((&one == &call || one.id == consultation) && one.confirmed() && one.has_user())
      leave(one, HoldReason::kTransfer, now);
  }
  pursue_transfers(now);
}

void CallList::pursue_transfers(TimePoint now) {
  for (Call& call : calls_) {
    if (call.transfer.state != TransferState::kHolding || !call.live()) continue;
    const Call* target = find(call.transfer.consultation);
    if (!call.transfer.consultation.empty() && (target == nullptr || !target->live())) {
      fail_transfer(call, "the call with the target has ended", now);
      continue;
    }
    if (!on_hold(call.hold)) {  // the user has come back
      enter(call, TransferEvent::kOver, "the user resumed the call");
      call.transfer.until.reset();
      continue;
    }
    const bool waits = call.hold == HoldState::kHolding || (target != nullptr && target->hold == HoldState::kHolding);
    if (waits) continue;
    enter(call, TransferEvent::kHeld, "the far end is on hold");
    send_refer(call, now);
  }
}

void CallList::send_refer(Call& call, TimePoint now) {
  std::string target;
  if (const Call* other = find(call.transfer.consultation); other != nullptr) {
    const Dialog& dialog = other->dialog;
    const std::string& theirs = other->confirmed() ? dialog.remote_tag : other->early_tag;
    target = cat("<", bare_uri(dialog.remote_uri),
                 "?Replaces=", escaped(cat(dialog.call_id, ";to-tag=", theirs, ";from-tag=", dialog.local_tag)), ">");
  } else {
    const std::string from = bare_uri(call.dialog.local_uri);
    const std::string user = call.transfer.parks ? cat(settings_.feature_uris.directed_park, "-", call.transfer.number)
                                                 : call.transfer.number;
    target =
        cat("<sip:", percent_encoded(user, [](char c) { return c != '#'; }), "@", from.substr(from.find('@') + 1), ">");
  }
  Requests::Plan plan;
  plan.flow = call.flow;
  plan.line = call.line;
  plan.make = [this, id = call.id, target]() -> std::optional<Message> {
    Call* same = find(id);
    if (same == nullptr || !same->live()) return std::nullopt;
    Message refer = in_dialog(same->dialog, "REFER", contact(*same), ++same->dialog.local_cseq);
    refer.add("Refer-To", target).add("Referred-By", cat("<", bare_uri(same->dialog.local_uri), ">"));
    return refer;
  };
  plan.done = [this, id = call.id](const TransactionLayer::Outcome& outcome) {
    Call* same = find(id);
    if (same == nullptr || same->transfer.state != TransferState::kReferring || outcome.status() < 200) return;
    if (outcome.status() >= 300) {
      const std::string phrase = outcome.response == nullptr ? "" : cat(" ", outcome.response->phrase);
      return fail_transfer(*same, cat("the call manager refused it: ", outcome.status(), phrase), outcome.now);
    }
    same->transfer.until = outcome.now + kNotifyPatience;
    enter(*same, TransferEvent::kAccepted, cat("REFER answered ", outcome.status()));
  };
  requests_.send(std::move(plan), now);
}

void CallList::receive_notify(Call& call, const std::string& key, const Message& request, TimePoint now) {
  const TransferState state = call.transfer.state;
  // A NOTIFY may overtake the answer to the REFER.
  if (state != TransferState::kReferring && state != TransferState::kAccepted)
    return reply(key, request, 481, call.dialog.local_tag, "", now);
  reply(key, request, 200, call.dialog.local_tag, "", now);
  call.transfer.until = now + kNotifyPatience;
  enter(call, TransferEvent::kAccepted, "NOTIFY");
  const bool empty = request.body.find_first_not_of(" \t\r\n") == std::string::npos;
  if (empty) {  // success for a call with the target, failure without
    if (call.transfer.consultation.empty())
      return fail_transfer(call, "the call manager does not tell its outcome", now);
    return finish_transfer(call, now);
  }
  const auto fragment = body_of_type(request, "message/sipfrag");
  // Some leave out the type of what can only be a sipfrag.
  std::string_view body = fragment.ok() && !fragment->empty() ? *fragment : request.body;
  std::string_view line = take_until(body, '\n');
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (!iequals(take_until(line, ' '), "SIP/2.0")) return;
  const uint64_t status = number(take_until(line, ' ')).value_or(0);
  if (status < 200) return;
  if (status < 300) return finish_transfer(call, now);
  fail_transfer(call, cat("the target refused: ", status, " ", line), now);
}

void CallList::finish_transfer(Call& call, TimePoint now) {
  Call* target = find(call.transfer.consultation);
  const std::string to = target != nullptr ? target->remote_number : call.transfer.number;
  enter(call, TransferEvent::kOver, "transferred");
  call.transfer.until.reset();
  if (target != nullptr && target->live()) target->bye_at = now + kByePatience;
  send_bye(call, now);
  end(call, cat(call.transfer.parks ? "parked at " : "transferred to ", to), 0, Tone::kNone);
}

// The first call comes back, unless the user is talking in another one by now.
void CallList::fail_transfer(Call& call, std::string why, TimePoint now) {
  if (call.transfer.state == TransferState::kNone) return;
  enter(call, TransferEvent::kOver, why);
  call.transfer.until.reset();
  call.transfer.failure =
      text::clean(cat(call.transfer.parks ? "the call was not parked: " : "the transfer failed: ", why));
  ua_port_.report("call.transfer_failed", Severity::kWarning, call.transfer.failure, {{"call", call.id}});
  const bool user_is_free = std::none_of(calls_.begin(), calls_.end(), [](const Call& one) { return one.has_user(); });
  if (call.live() && on_hold(call.hold) && user_is_free) take_user(call, now);
  delegate_.changed();
}

void CallList::come_back(Call& call) {
  if (!std::exchange(call.transfer.interrupted, false)) return;
  call.transfer.failure = "the transfer failed: the phone's signalling was restarted before it was done";
  ua_port_.report("call.transfer_failed", Severity::kWarning, call.transfer.failure, {{"call", call.id}});
  const bool user_is_free = std::none_of(calls_.begin(), calls_.end(), [](const Call& one) { return one.has_user(); });
  if (!user_is_free || !on_hold(call.hold)) return;
  enter(call, HoldEvent::kResume, call.transfer.failure);
  configure_media(call);
}

bool CallList::is_consultation(const Call& call) const {
  return std::any_of(calls_.begin(), calls_.end(), [&](const Call& other) {
    return other.live() && other.transfer.state != TransferState::kNone && other.transfer.consultation == call.id;
  });
}

}  // namespace phone::signaling
