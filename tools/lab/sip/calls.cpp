// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/calls.hpp"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace phone::lab {
namespace {

constexpr char kAllow[] = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, REFER, NOTIFY";
constexpr size_t kRemembered = 64;  // calls, so that late requests of an ended one are understood

std::string display_less(const std::string& value) { return "<" + sip_uri(value) + ">"; }

// SDP and the like go through as they are.
void copy_body(const SipMessage& from, SipMessage& to) {
  if (from.body.empty()) return;
  to.add("Content-Type", from.header("Content-Type"));
  to.body = from.body;
}

bool lists(const SipMessage& message, std::string_view header, std::string_view word) {
  for (const std::string& value : message.all(header)) {
    if (value.find(word) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

SecurityLevel Calls::level(const Call& call) const {
  const SecurityLevel first = leg_level(registrar_.over_tls(call.legs[0].device), call.legs[0].sdp);
  if (call.legs[1].sdp.empty()) return first;
  return lowest(first, leg_level(registrar_.over_tls(call.legs[1].device), call.legs[1].sdp));
}

std::string Calls::call_info(const Call& call, int to_leg, const char* ui_state) const {
  return absl::StrCat("<urn:x-cisco-remotecc:callinfo>; security=", level_name(level(call)),
                      "; orientation=", to_leg == 0 ? "to" : "from", "; ui-state=", ui_state, "; gci=1-", call.id,
                      "; isVoip; call-instance=1");
}

SipMessage Calls::request_on(Leg& leg, const std::string& method) const {
  SipMessage request{.method = method, .uri = leg.target, .status = 0, .reason = {}, .headers = {}, .body = {}};
  if (method != "ACK") ++leg.cseq;
  request.add("Via",
              absl::StrCat("SIP/2.0/TLS ", settings_.host, ":", settings_.port, ";branch=z9hG4bK", random_token()));
  request.add("Max-Forwards", "70");
  request.add("From", absl::StrCat(leg.local, ";tag=", leg.local_tag));
  request.add("To", leg.remote_tag.empty() ? leg.remote : absl::StrCat(leg.remote, ";tag=", leg.remote_tag));
  request.add("Call-ID", leg.call_id);
  request.add("CSeq", absl::StrCat(leg.cseq, " ", method));
  request.add("Contact",
              absl::StrCat("<sip:", sip_user(leg.local), "@", settings_.host, ":", settings_.port, ";transport=tls>"));
  request.add("Allow", kAllow);
  request.add("User-Agent", "phone-lab");
  return request;
}

void Calls::request(uint64_t flow, const SipMessage& message) {
  if (message.method == "CANCEL") return cancel(flow, message);
  if (refuse_interval(flow, message)) return;
  const auto found = find_dialog(message);
  const FlowFacts* facts = registrar_.flow(flow);
  if (facts == nullptr) return;
  if (found && found->call->legs[static_cast<size_t>(found->leg)].device == facts->device) {
    return in_dialog(flow, found->call, found->leg, message);
  }
  if (message.method == "ACK") return;
  if (recording_request(flow, message)) return;
  if (found && message.method == "REFER") {
    events_.emit("refer-done", {{"call", found->call->id}, {"device", facts->device}, {"status", 403}});
    return send_(flow, respond_to(message, 403, "Forbidden").text());
  }
  if (message.method == "INVITE" && !sip_has_parameter(message.header("To"), "tag")) return invite(flow, message);
  send_(flow, respond_to(message, 481, "Call/Transaction Does Not Exist").text());
}

std::optional<Calls::Found> Calls::find_dialog(const SipMessage& message) const {
  return find_dialog(message.header("Call-ID"), sip_parameter(message.header("To"), "tag"),
                     sip_parameter(message.header("From"), "tag"));
}

std::optional<Calls::Found> Calls::find_dialog(const std::string& call_id, const std::string& local_tag,
                                               const std::string& remote_tag) const {
  for (const auto& [id, call] : calls_) {
    for (int i = 0; i < 2; ++i) {
      const Leg& leg = call->legs[static_cast<size_t>(i)];
      if (leg.call_id == call_id && leg.remote_tag == remote_tag && leg.local_tag == local_tag) return Found{call, i};
    }
  }
  return std::nullopt;
}

std::optional<Calls::Found> Calls::find_branch(const std::string& branch) const {
  for (const auto& [id, call] : calls_) {
    const auto passed = call->passed.find(branch);
    if (passed != call->passed.end()) return Found{call, 1 - passed->second.from};
  }
  return std::nullopt;
}

void Calls::invite(uint64_t flow, const SipMessage& message) {
  const FlowFacts* facts = registrar_.flow(flow);
  const std::string called = sip_user(message.uri);
  const Registrar::Binding* there = registrar_.of_number(called);
  send_(flow, respond_to(message, 100, "Trying").text());
  if (refuse_by_order(flow, message)) return;
  if (there == nullptr || there->device == facts->device) {
    events_.emit("call-refused", {{"device", facts->device}, {"called", called}, {"status", there ? 486 : 404}});
    send_(flow, respond_to(message, there ? 486 : 404, there ? "Busy Here" : "Not Found").text());
    return;
  }
  while (calls_.size() >= kRemembered) calls_.erase(calls_.begin());
  auto call = std::make_shared<Call>();
  call->id = ++last_id_;
  calls_[call->id] = call;
  const std::string calling = sip_user(message.header("From"));
  call->legs[0] = {.device = facts->device,
                   .number = calling,
                   .call_id = message.header("Call-ID"),
                   .local_tag = random_token(),
                   .remote_tag = sip_parameter(message.header("From"), "tag"),
                   .local = display_less(message.header("To")),
                   .remote = display_less(message.header("From")),
                   .target = sip_uri(message.header("Contact")),
                   .takes_update = lists(message, "Allow", "UPDATE"),
                   .sdp = message.body};
  call->legs[1] = {.device = there->device,
                   .number = called,
                   .call_id = absl::StrCat(random_token(), "@", settings_.host),
                   .local_tag = random_token(),
                   .remote_tag = {},
                   .local = absl::StrCat("\"Phone ", calling, "\" <sip:", calling, "@", settings_.host, ">"),
                   .remote = absl::StrCat("<sip:", called, "@", settings_.host, ">"),
                   .target = there->contact,
                   .sdp = {}};
  report(call, "calling");
  if (!ask_for_code(flow, call, message)) pass_on(flow, call, 0, message);
}

// Sends the request on to the other leg and remembers whose answer it waits for.
void Calls::pass_on(uint64_t flow, const CallPtr& call, int from, const SipMessage& message) {
  Leg& other = call->legs[static_cast<size_t>(1 - from)];
  if (!message.body.empty()) call->legs[static_cast<size_t>(from)].sdp = message.body;
  SipMessage onward = request_on(other, message.method);
  const bool first = call->initial_branch.empty();
  onward.add("Call-Info", call_info(*call, 1 - from, first ? "ringin" : "connected"));
  onward.add("Supported",
             absl::StrCat(settings_.min_se == 0 ? "" : "timer,", "X-cisco-srtp-fallback,X-cisco-sis-10.0.0"));
  identify(onward, *call, 1 - from);
  if (first) prioritise(onward, *call, message);
  if (first && settings_.min_se != 0) {
    onward.add("Session-Expires", absl::StrCat(settings_.min_se, ";refresher=uas"))
        .add("Min-SE", absl::StrCat(settings_.min_se));
  }
  if (!first || !settings_.delayed_offer) copy_body(message, onward);
  const std::string branch = sip_branch(onward);
  if (first) call->initial_branch = branch;
  call->passed[branch] = {.from = from, .original = message, .flow = flow, .sent = onward, .ack = {}};
  registrar_.send_to(other.device, onward.text());
}

void Calls::in_dialog(uint64_t flow, const CallPtr& call, int from, const SipMessage& message) {
  if (message.method == "ACK") return acknowledge(call, from, message);
  if (message.method == "BYE") {
    send_(flow, respond_to(message, 200, "OK").text());
    if (leaves_early(call, from) || call->state == State::kEnded) return;
    abandon_referrals(call);
    hang_up(call, 1 - from, message.header("Reason"));
    return end(call, call->legs[static_cast<size_t>(from)].number, message.header("Reason"));
  }
  if (call->state == State::kEnded) {
    send_(flow, respond_to(message, 481, "Call/Transaction Does Not Exist").text());
    return;
  }
  if (message.method == "REFER") return refer(flow, call, from, message);
  if (message.method == "PRACK") return acknowledge_ringing(flow, *call, message);
  if (message.method == "OPTIONS") return send_(flow, respond_to(message, 200, "OK").add("Allow", kAllow).text());
  if (message.method == "NOTIFY" && message.header("Event").starts_with("kpml")) {
    send_(flow, respond_to(message, 200, "OK").text());
    return keys_pressed(call, message);
  }
  if (message.method != "INVITE" && message.method != "UPDATE" && message.method != "INFO") {
    send_(flow, respond_to(message, message.method == "NOTIFY" ? 200 : 501,
                           message.method == "NOTIFY" ? "OK" : "Not Implemented")
                    .text());
    return;
  }
  Leg& leg = call->legs[static_cast<size_t>(from)];
  if (const std::string contact = sip_uri(message.header("Contact")); !contact.empty()) leg.target = contact;
  if (message.method == "UPDATE" && message.body.empty()) {  // a refresh; nothing the other side must know
    SipMessage refreshed = respond_to(message, 200, "OK");
    refreshed.add("Contact", absl::StrCat("<sip:", sip_user(leg.local), "@", settings_.host, ":", settings_.port,
                                          ";transport=tls>"));
    refreshed.add("Call-Info", call_info(*call, from, "connected"));
    time_session(refreshed, message);
    send_(flow, refreshed.text());
    events_.emit("refreshed-call", {{"call", call->id}, {"by", leg.number}});
    return;
  }
  const bool held = call->hold && call->hold->pending;
  if (message.method != "INFO" && (held || offering(*call) || transferring(*call))) {
    send_(flow, respond_to(message, 491, "Request Pending").text());
    return;
  }
  pass_on(flow, call, from, message);
}

// A request that may change the media has no final answer yet.
bool Calls::offering(const Call& call) {
  return std::any_of(call.passed.begin(), call.passed.end(),
                     [](const auto& one) { return !one.second.answered && one.second.original.method != "INFO"; });
}

void Calls::acknowledge(const CallPtr& call, int from, const SipMessage& message) {
  for (auto& [branch, passed] : call->passed) {
    const bool its_own = passed.from == from && passed.original.method == "INVITE" && passed.answered &&
                         passed.ack.empty() && sip_cseq(passed.original) == sip_cseq(message);
    if (!its_own) continue;
    Leg& other = call->legs[static_cast<size_t>(1 - from)];
    if (!message.body.empty()) call->legs[static_cast<size_t>(from)].sdp = message.body;
    SipMessage ack = request_on(other, "ACK");
    number_as(ack, passed.sent);
    copy_body(message, ack);
    if (branch == call->initial_branch && !call->delayed_answer.empty()) {
      ack.add("Content-Type", "application/sdp");
      ack.body = call->delayed_answer;
    }
    passed.ack = ack.text();
    registrar_.send_to(other.device, passed.ack);
    if (call->connected_at == Clock::time_point()) call->connected_at = Clock::now();
    report(call, "connected");
    // The called phone hears the level of both legs only now (cisco-formats.md G3); the name is for both.
    if (!std::exchange(call->update_due, false)) continue;
    for (int to = settings_.remote_party_id ? 0 : 1; to < 2; ++to) {
      Leg& leg = call->legs[static_cast<size_t>(to)];
      if (!leg.takes_update) continue;
      SipMessage update = request_on(leg, "UPDATE");
      update.add("Call-Info", call_info(*call, to, "connected"));
      identify(update, *call, to);
      registrar_.send_to(leg.device, update.text());
    }
  }
}

void Calls::cancel(uint64_t flow, const SipMessage& message) {
  for (const auto& [id, call] : calls_) {
    const Leg& caller = call->legs[0];
    const bool match = caller.call_id == message.header("Call-ID") && call->state == State::kRinging &&
                       !call->taken_over && caller.remote_tag == sip_parameter(message.header("From"), "tag");
    if (!match) continue;
    Passed& initial = call->passed[call->initial_branch];
    send_(flow, respond_to(message, 200, "OK", caller.local_tag).text());
    answer(initial, caller.device, respond_to(initial.original, 487, "Request Terminated", caller.local_tag));
    initial.answered = true;
    hang_up(call, 1, "");
    const CallPtr kept = call;
    return end(kept, caller.number, "cancelled");
  }
  send_(flow, respond_to(message, 481, "Call/Transaction Does Not Exist").text());
}

// BYE where there is a dialog, CANCEL where it still rings.
void Calls::hang_up(const CallPtr& call, int leg, const std::string& reason) {
  Leg& other = call->legs[static_cast<size_t>(leg)];
  if (call->state == State::kRinging && leg == 1) {
    registrar_.send_to(other.device, cancel_of(call->passed[call->initial_branch].sent).text());
    return;
  }
  SipMessage bye = request_on(other, "BYE");
  if (!reason.empty()) bye.add("Reason", reason);
  registrar_.send_to(other.device, bye.text());
}

void Calls::end(const CallPtr& call, const std::string& by, const std::string& reason) {
  call->state = State::kEnded;
  events_.emit("call", {{"call", call->id},
                        {"state", "ended"},
                        {"from", call->legs[0].number},
                        {"to", call->legs[1].number},
                        {"by", by},
                        {"reason", reason}});
}

void Calls::report(const CallPtr& call, const std::string& state) {
  events_.emit("call", {{"call", call->id},
                        {"state", state},
                        {"from", call->legs[0].number},
                        {"to", call->legs[1].number},
                        {"security", level_name(level(*call))},
                        {"suite_to_caller", srtp_suite(call->legs[1].sdp)},
                        {"suite_to_called", srtp_suite(call->legs[0].sdp)}});
}

void Calls::device_gone(const std::string& device) {
  for (const auto& [id, call] : calls_) {
    for (int i = 0; i < 2; ++i) {
      if (call->legs[static_cast<size_t>(i)].device != device || call->state == State::kEnded) continue;
      abandon_referrals(call);
      if (call->state == State::kConnected || i == 0) hang_up(call, 1 - i, "");
      end(call, device, "its registration ran out");
    }
  }
}

}  // namespace phone::lab
