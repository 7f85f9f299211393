// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// An INVITE that takes the place of a call of this phone (RFC 3891), and the call that Join names (RFC 3911).
#include <utility>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/sip/dialog_name.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

namespace {

// Both tags in the other order as well (cucm-calls.md 2.10).
DialogName turned(const DialogName& name) {
  return {.call_id = name.call_id, .to_tag = name.from_tag, .from_tag = name.to_tag};
}

JoinedCall to_joined(const Call& call) {
  const bool encrypted = call.negotiated.has_value() &&
                         !(call.negotiated->transmit.suite.empty() && call.negotiated->receive.suite.empty());
  return {.id = call.id,
          .stream = call.stream,
          .flow = call.flow,
          .established = call.confirmed() && call.negotiated.has_value(),
          .encrypted = encrypted || call.security.level == SecurityLevel::kEncrypted};
}

}  // namespace

const Call* CallList::named_call(const DialogName& name) const {
  const Call* named = nullptr;
  for (const Call& call : calls_) {
    const Dialog& dialog = call.dialog;
    const bool early = dialog.remote_tag.empty() && name.from_tag == call.early_tag;
    const bool far = early || name.from_tag == dialog.remote_tag;
    if (dialog.call_id == name.call_id && dialog.local_tag == name.to_tag && far) named = &call;
  }
  return named;
}

std::optional<JoinedCall> CallList::joined_call(const DialogName& name) const {
  const Call* call = named_call(name);
  if (call == nullptr) call = named_call(turned(name));
  return call == nullptr || !call->live() ? std::nullopt : std::optional(to_joined(*call));
}

std::optional<JoinedCall> CallList::forked_call(const std::string& id) const {
  for (const Call& call : calls_) {
    if (call.id == id && call.live()) return to_joined(call);
  }
  return std::nullopt;
}

CallList::Replacement CallList::judge_replacement(const Message& invite) const {
  const size_t replaces = invite.count("Replaces"), joins = invite.count("Join");
  if (replaces + joins == 0) return {};
  if (replaces + joins > 1) return {.refuse = 400, .phrase = "More than one Replaces or Join"};
  const auto name = parse_dialog_name(invite.field("Replaces").value_or(""));  // Join is a fork's (fork_list.cpp)
  if (!name.has_value()) return {.refuse = 400, .phrase = "Invalid Replaces"};
  const Call* named = named_call(*name);
  if (named == nullptr) return {.refuse = 481};
  if (!named->live()) return {.refuse = 603};  // RFC 3891 section 3: it has ended
  if (named->confirmed()) {
    if (name->early_only) return {.refuse = 486};
    return {.call = named->id};
  }
  // An early dialog can be replaced only if this phone has begun it.
  if (named->incoming || !is_inviting(named->state)) return {.refuse = 481};
  return {.call = named->id};
}

// Media is ready for the new call: it is answered at once, as the user is in the old one.
void CallList::take_over(Call& call, TimePoint now) {
  Call* old = find(call.replaces);
  if (old == nullptr || !old->live()) {
    reply(call.server_key, *call.invite, 603, call.dialog.local_tag, "", now);
    return end(call, "the call that it was to replace has ended", 603, Tone::kNone);
  }
  // Who was on hold stays on hold.
  if (on_hold(old->hold)) {
    call.hold_reason = old->hold_reason;
    enter(call, HoldEvent::kHold, "the call that it replaces is on hold");
  }
  accept_incoming(call, now);
}

// The new call is answered: the old one is over.
void CallList::end_replaced(Call& call, TimePoint now) {
  const std::string replaced = std::exchange(call.replaces, {});
  Call* old = replaced.empty() ? nullptr : find(replaced);
  if (old == nullptr || !old->live()) return;
  if (old->confirmed()) send_bye(*old, now);
  end(*old, "replaced by another call", 0, Tone::kNone);
  ua_port_.report("call.replaced", Severity::kInfo, "the call manager put another call in the place of this one",
                  {{"call", old->id}, {"by", call.id}});
  pursue_hold(call, now);
}

}  // namespace phone::signaling
