// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Requests inside a dialog that change neither the call nor its media: what each event package and each method is
// answered. INVITE, UPDATE, ACK and BYE are in server_invite.cpp.
#include <algorithm>
#include <memory>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/control/call_manager_control.hpp"
#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/sip/capabilities.hpp"
#include "services/signaling/sip/message_body.hpp"
#include "services/signaling/sip/remotecc.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

void CallList::receive_other(Call& call, const std::string& key, const Message& request, TimePoint now) {
  if (request.method == "NOTIFY") return receive_any_notify(call, key, request, now);
  if (request.method == "SUBSCRIBE") return receive_subscribe(call, key, request, now);
  if (request.method == "INFO") return receive_info(call, key, request, now);
  if (request.method == "REFER") return receive_refer(call.flow, key, request, call.dialog, call.line, now);
  if (request.method == "OPTIONS") {
    Message response = make_response(request, 200, "", call.dialog.local_tag);
    add_capabilities(response, settings_.kpml != 0);
    respond(key, request, response, now);
    return;
  }
  if (request.method == "PRACK") return receive_prack(call, key, request, now);
  reply(key, request, 481, call.dialog.local_tag, "", now);
}

void CallList::receive_any_notify(Call& call, const std::string& key, const Message& request, TimePoint now) {
  const auto package = event_package(request);
  if (!package.has_value()) {
    respond(key, request, bad_event(request, call.dialog.local_tag, settings_.kpml != 0), now);
    return;
  }
  switch (*package) {
    case EventPackage::kRefer:
      return receive_notify(call, key, request, now);
    case EventPackage::kServiceControl:
      return receive_service_control(call, key, request, now);
    case EventPackage::kMessageSummary:
    case EventPackage::kDialog:
    case EventPackage::kPresence:
    case EventPackage::kKpml:  // the phone has no such subscription
      return reply(key, request, 481, call.dialog.local_tag, "", now);
  }
}

// cucm-calls.md 5: media stays, and the user can only hang up.
void CallList::receive_service_control(Call& call, const std::string& key, const Message& request, TimePoint now) {
  const ControlAnswer answer = call.confirmed() ? delegate_.service_control(call.flow, request, now)
                                                : ControlAnswer{.status = 400, .cause = "the call is not established"};
  if (answer.status != 200) return refuse_with_cause(call, key, request, answer.status, answer.cause, now);
  reply(key, request, 200, call.dialog.local_tag, "", now);
  set_adrift(call, DialogEvent::kReleased, "the call manager has let it go", now);
}

// CUCM expects its own REFERs to be accepted even if the phone does not know the feature. A sender that expects a
// NOTIFY gets one at once, saying whether it was done (cucm-calls.md 1.1).
void CallList::receive_refer(FlowId flow, const std::string& key, const Message& request, Dialog& dialog, uint32_t line,
                             TimePoint now) {
  if (request.count("Refer-To") != 1)
    return reply(key, request, 400, dialog.local_tag, "Exactly one Refer-To is required", now);
  const auto said = delegate_.remote_requests(flow, request, now);
  if (!said.has_value()) {
    ua_port_.report("sip.refer_not_served", Severity::kInfo,
                    "a REFER asks for a call, which this phone does not place for others", {});
    respond(key, request, refuse_refer(request, dialog.local_tag), now);
    return;
  }
  Message answer = make_response(request, said->status, "", dialog.local_tag);
  if (said->status >= 300) answer.add("Warning", warning_of(said->cause));
  respond(key, request, answer, now);
  if (said->status != 202 || !implies_subscription(request)) return;
  Requests::Plan plan;
  plan.flow = flow;
  plan.line = line;
  const std::string own =
      contact_uri(settings_, transactions_.local_address(flow), transactions_.transport(flow), line);
  plan.make = [sent = std::make_shared<Dialog>(dialog), own, done = said->cause.empty()]() -> std::optional<Message> {
    Message notify = in_dialog(*sent, "NOTIFY", own, ++sent->local_cseq);
    notify.add("Event", "refer").add("Subscription-State", "terminated;reason=noresource");
    notify.add("Content-Type", "message/sipfrag;version=2.0");
    notify.body = done ? "SIP/2.0 200 OK\r\n" : "SIP/2.0 603 Decline\r\n";
    return notify;
  };
  plan.done = [](const TransactionLayer::Outcome&) {};
  dialog.local_cseq += 1 + Requests::kMostChallenges;  // a number for each sending
  requests_.send(std::move(plan), now);
}

absl::StatusOr<std::string> CallList::call_of(FlowId flow, const DialogId& name) const {
  for (const Call& call : calls_) {
    const Dialog& dialog = call.dialog;
    if (!call.live() || call.flow != flow || dialog.call_id != name.call_id) continue;
    const bool tags = dialog.local_tag == name.local_tag &&
                      (dialog.remote_tag == name.remote_tag || dialog.remote_tag.empty() || name.remote_tag.empty());
    if (tags) return call.id;
  }
  return absl::NotFoundError("the phone has no such call");
}

std::optional<DialogId> CallList::dialog_of(const std::string& id) const {
  for (const Call& call : calls_) {
    const Dialog& dialog = call.dialog;
    const std::string& theirs = dialog.remote_tag.empty() ? call.early_tag : dialog.remote_tag;
    if (call.id == id && call.live())
      return DialogId{.call_id = dialog.call_id, .local_tag = dialog.local_tag, .remote_tag = theirs};
  }
  return std::nullopt;
}

// What rings is not drowned, and only a tone of the call manager's own is stopped by it.
absl::Status CallList::play_for_call_manager(Tone tone, const std::string& id) {
  const bool rings = std::any_of(calls_.begin(), calls_.end(),
                                 [](const Call& call) { return call.state == SessionState::kRingingIn; });
  if (rings) return absl::FailedPreconditionError("a call rings");
  const Call* call = id.empty() ? nullptr : find(id);
  stop_for_call_manager();
  remote_tone_ = call == nullptr ? "" : call->stream;
  ua_port_.play_tone(tone, *remote_tone_);
  return absl::OkStatus();
}

void CallList::stop_for_call_manager() {
  if (remote_tone_.has_value()) ua_port_.play_tone(Tone::kNone, *std::exchange(remote_tone_, std::nullopt));
}

// KPML is the only package with a SUBSCRIBE: the phone's own REFERs make their subscriptions themselves (RFC 3515
// section 2.4.4).
void CallList::receive_subscribe(Call& call, const std::string& key, const Message& request, TimePoint now) {
  if (event_package(request) == EventPackage::kKpml) return receive_kpml(call, key, request, now);
  respond(key, request, bad_event(request, call.dialog.local_tag, settings_.kpml != 0), now);
}

// RFC 6086: the packages of Recv-Info tell who is in a conference; an INFO of the old kind says nothing that this phone
// reads.
void CallList::receive_info(Call& call, const std::string& key, const Message& request, TimePoint now) {
  const bool of_a_package = request.count("Info-Package") > 0;
  const std::string named = request.field("Info-Package").value_or("");
  std::string_view rest = named;
  const bool known = request.count("Info-Package") == 1 && receives_info_package(trim(take_until(rest, ';')));
  int status = of_a_package && !known ? 469 : request.body.empty() ? 200 : 415;
  std::string phrase;
  if (known && !request.body.empty()) {
    const auto body = body_of_type(request, "application/conference-info+xml");
    if (body.ok() && !body->empty()) {
      const absl::Status taken = delegate_.conference_told(call.id, *body);
      status = taken.ok() ? 200 : 400;
      phrase = std::string(taken.message());
    } else if (!body.ok()) {
      status = 400;
      phrase = std::string(body.status().message());
    }
  }
  Message response = make_response(request, status, std::move(phrase), call.dialog.local_tag);
  if (status == 469) add_receive_info(response);
  if (status == 415) response.add("Accept", std::string(accepted_types()));
  respond(key, request, response, now);
}

}  // namespace phone::signaling
