// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Keys for the call manager, in the dialog of their call: its subscription, and the NOTIFYs in their order, one at a
// time (cucm-calls.md 3).
#include <algorithm>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/sip/capabilities.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr std::chrono::seconds kLongestSubscription{7200};  // RFC 4730 section 4.5
constexpr std::string_view kRequestType = "application/kpml-request+xml";

std::chrono::seconds expires_of(const Message& request) {
  const auto asked = number(trim(request.text("Expires")));
  return asked.has_value() ? std::chrono::seconds(std::min<uint64_t>(*asked, kLongestSubscription.count()))
                           : kLongestSubscription;
}

bool is_kpml_document(const Message& request) {
  const std::string type = request.text("Content-Type");
  std::string_view rest = type;
  return iequals(trim(take_until(rest, ';')), kRequestType);
}

int64_t seconds_left(const Kpml& kpml, TimePoint now) {
  return std::max<int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(kpml.until - now).count());
}

void put(Kpml& kpml, KpmlNote note) {
  if (kpml.notes.size() < kMostKpmlWaiting) kpml.notes.push_back(std::move(note));
}

}  // namespace

bool CallList::serves_kpml(const Call& call) const {
  constexpr uint32_t kDialling = 1, kInCall = 2;
  const bool dialling = call.state == SessionState::kOpeningMedia || call.state == SessionState::kInviting;
  return (settings_.kpml & (dialling ? kDialling : kInCall)) != 0 &&
         (dialling || call.state == SessionState::kRingingOut || call.confirmed());
}

// Before the INVITE is answered, only our own tag is known.
Call* CallList::find_kpml_dialog(const Message& request) {
  for (Call& call : calls_) {
    const bool same =
        is_inviting(call.state) && call.dialog.call_id == request.call_id && call.dialog.local_tag == request.to_tag();
    if (same && (call.kpml.remote_tag.empty() || call.kpml.remote_tag == request.from_tag())) return &call;
  }
  return nullptr;
}

void CallList::receive_kpml(Call& call, const std::string& key, const Message& request, TimePoint now) {
  const std::string& tag = call.dialog.local_tag;
  Kpml& kpml = call.kpml;
  const bool ends = expires_of(request).count() == 0;
  if (!serves_kpml(call) && !(ends && kpml.state == KpmlState::kSubscribed)) {
    respond(key, request, bad_event(request, tag, settings_.kpml != 0), now);
    return;
  }
  if (!request.body.empty() && !is_kpml_document(request)) {
    Message response = make_response(request, 415, "", tag);
    response.add("Accept", std::string(kRequestType));
    respond(key, request, response, now);
    return;
  }
  if (request.body.empty() && !ends && kpml.state != KpmlState::kSubscribed)
    return reply(key, request, 400, tag, "A KPML request is required", now);
  Message response = make_response(request, 200, "", tag);
  response.add("Contact", cat("<", contact(call), ">"));
  response.add("Expires", cat(expires_of(request).count()));
  respond(key, request, response, now);
  kpml.event = request.text("Event");
  kpml.remote_tag = request.from_tag();
  if (!request.contacts.empty()) kpml.remote_target = request.contacts.front().uri;
  if (ends) return end_kpml(call, KpmlCode::kSubscriptionExpired, "timeout", now);
  if (!request.body.empty()) {
    const auto asked = read_kpml_request(request.body);
    if (const auto* refused = std::get_if<KpmlCode>(&asked); refused != nullptr)
      return end_kpml(call, *refused, "rejected", now);
    // Another document takes the place of the one before.
    if (kpml.state == KpmlState::kSubscribed)
      put(kpml, {.code = KpmlCode::kSubscriptionExpired, .key = 0, .ended = ""});
    kpml.pattern = std::get<KpmlPattern>(asked);
    kpml.told = false;
  }
  kpml.state = KpmlState::kSubscribed;
  kpml.until = now + expires_of(request);
  if (!call.confirmed()) kpml.complete_at = now + settings_.inter_digit;
  put(kpml, {.code = std::nullopt, .key = 0, .ended = ""});
  if (!call.pending_keys.keys.empty() && !call.pending_keys.at.has_value()) call.pending_keys.at = now;
  delegate_.changed();
  pursue_kpml(call, now);
}

// Keys of the user: they wait for the call manager, or for its next document.
void CallList::take_keys(Call& call, const crypto::Secret& keys, TimePoint now) {
  Kpml& kpml = call.kpml;
  std::string all(kpml.waiting.view());
  all += keys.view();
  kpml.waiting = crypto::Secret(std::move(all));
  if (call.code != CodeKind::kNone) {
    for (const char key : keys.view()) {
      if (key == '#')
        call.code = CodeKind::kNone;
      else if (key == kBackspace)
        call.code_digits -= std::min(call.code_digits, 1U);
      else
        ++call.code_digits;
    }
    if (call.code == CodeKind::kNone) call.code_digits = 0;
    delegate_.changed();
  }
  if (kpml.complete_at.has_value()) kpml.complete_at = now + settings_.inter_digit;
  pursue_kpml(call, now);
}

// The next key that is waiting becomes a NOTIFY, and the next NOTIFY leaves.
void CallList::pursue_kpml(Call& call, TimePoint now) {
  Kpml& kpml = call.kpml;
  while (kpml.state == KpmlState::kSubscribed && !kpml.waiting.empty() && kpml.notes.size() < kMostKpmlWaiting &&
         !(kpml.told && kpml.pattern.persist == KpmlPersist::kSingleNotify)) {
    const char key = kpml.waiting.view().front();
    kpml.waiting = crypto::Secret::copy_of(kpml.waiting.view().substr(1));
    const bool matches = takes(kpml.pattern, key);
    const bool last = kpml.pattern.persist == KpmlPersist::kOneShot;
    KpmlNote note{.code = matches ? KpmlCode::kOk : KpmlCode::kNoMatch,
                  .key = matches ? key : '\0',
                  .ended = last ? "noresource" : ""};
    kpml.told = kpml.told || matches;
    if (last) {
      kpml.state = KpmlState::kEnding;
      kpml.complete_at.reset();
      delegate_.changed();
    }
    put(kpml, std::move(note));
  }
  if (!kpml.note_is_out && !kpml.notes.empty()) send_kpml_note(call, now);
}

void CallList::send_kpml_note(Call& call, TimePoint now) {
  call.kpml.note_is_out = true;
  Requests::Plan plan;
  plan.flow = call.flow;
  plan.line = call.line;
  plan.make = [this, id = call.id, flow = call.flow, now]() -> std::optional<Message> {
    Call* same = find(id);
    if (same == nullptr || !same->live() || same->flow != flow || same->kpml.notes.empty()) return std::nullopt;
    const Kpml& kpml = same->kpml;
    const KpmlNote& note = kpml.notes.front();
    Dialog dialog = same->dialog;
    if (dialog.remote_tag.empty()) {
      dialog.remote_tag = kpml.remote_tag;
      if (!kpml.remote_target.empty()) dialog.remote_target = kpml.remote_target;
    }
    Message notify = in_dialog(dialog, "NOTIFY", contact(*same), ++same->dialog.local_cseq);
    notify.add("Event", kpml.event);
    notify.add("Subscription-State", note.ended.empty() ? cat("active;expires=", seconds_left(kpml, now))
                                                        : cat("terminated;reason=", note.ended));
    if (!note.code.has_value()) return notify;
    notify.add("Content-Type", "application/kpml-response+xml");
    notify.add("Content-Disposition", "session;handling=required");
    const std::string_view key = note.key == 0            ? std::string_view()
                                 : note.key == kBackspace ? std::string_view("bs")
                                                          : std::string_view(&note.key, 1);
    notify.body = write_kpml_response(*note.code, key, kpml.pattern.tag);
    return notify;
  };
  plan.done = [this, id = call.id](const TransactionLayer::Outcome& outcome) {
    Call* same = find(id);
    const int status = outcome.status();
    if (same == nullptr || !same->live() || status < 200 || same->kpml.notes.empty()) return;
    Kpml& kpml = same->kpml;
    kpml.note_is_out = false;
    const bool over = !kpml.notes.front().ended.empty() || status >= 300;
    kpml.notes.erase(kpml.notes.begin());
    if (over && (status >= 300 || kpml.notes.empty())) {
      forget_kpml(*same);
      return delegate_.changed();
    }
    pursue_kpml(*same, outcome.now);
  };
  requests_.send(std::move(plan), now);
}

void CallList::end_kpml(Call& call, KpmlCode code, std::string reason, TimePoint now) {
  Kpml& kpml = call.kpml;
  kpml.state = KpmlState::kEnding;
  kpml.complete_at.reset();
  put(kpml, {.code = code, .key = 0, .ended = std::move(reason)});
  delegate_.changed();
  pursue_kpml(call, now);
}

void CallList::on_kpml_time(Call& call, TimePoint now) {
  Kpml& kpml = call.kpml;
  if (kpml.state == KpmlState::kSubscribed && (now >= kpml.until || !serves_kpml(call)))
    return end_kpml(call, KpmlCode::kSubscriptionExpired, now >= kpml.until ? "timeout" : "noresource", now);
  if (!kpml.complete_at.has_value() || now < *kpml.complete_at) return;
  kpml.complete_at.reset();
  if (call.confirmed() || kpml.state != KpmlState::kSubscribed) return;
  put(kpml, {.code = KpmlCode::kTimerExpired, .key = 0, .ended = ""});
  end_code(call);
  pursue_kpml(call, now);
}

// cucm-calls.md 3.4: FAC first, then CMC; each prompt begins anew.
absl::Status CallList::want_code(FlowId flow, const std::optional<DialogId>& dialog, CodeKind kind) {
  Call* asked = nullptr;
  if (dialog.has_value()) {
    const auto id = call_of(flow, *dialog);
    if (!id.ok()) return id.status();
    asked = find(*id);
  }
  for (Call& call : calls_) {
    if (!dialog.has_value() && call.flow == flow && is_inviting(call.state)) asked = &call;
  }
  if (asked == nullptr || asked->confirmed()) return absl::NotFoundError("no call of the phone waits for a code");
  asked->code = kind;
  asked->code_digits = 0;
  delegate_.changed();
  return absl::OkStatus();
}

void CallList::end_code(Call& call) {
  call.code = CodeKind::kNone;
  call.code_digits = 0;
}

void CallList::forget_kpml(Call& call) {
  end_code(call);
  for (KpmlNote& note : call.kpml.notes) note.key = 0;
  call.kpml = Kpml{};
}

}  // namespace phone::signaling
