// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What a call manager may add to a call, by settings: names (cucm-calls.md 7), session timers (RFC 4028), early media
// and an answer between two offers.
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "tools/lab/sip/calls.hpp"
#include "tools/lab/sip/sdp_answer.hpp"

namespace phone::lab {
namespace {

bool supports(const SipMessage& message, const char* option) {
  for (const std::string& value : message.all("Supported")) {
    if (value.find(option) != std::string::npos) return true;
  }
  return false;
}

unsigned long interval_of(const SipMessage& message) {
  return std::strtoul(message.header("Session-Expires").c_str(), nullptr, 10);
}

}  // namespace

void Calls::tick(Clock::time_point now) {
  answer_late(now);
  start_transfers(now);
  end_referrals(now);
  play_holds(now);
  play_recordings(now);
  ask_for_keys();
}

// The party at the other end, as the call manager names it.
void Calls::identify(SipMessage& message, const Call& call, int to_leg) const {
  if (!settings_.remote_party_id) return;
  const std::string& number = call.legs[static_cast<size_t>(1 - to_leg)].number;
  const bool renamed = call.connected_at != Clock::time_point() && !settings_.connected_name.empty();
  message.add("Remote-Party-ID",
              absl::StrCat("\"", renamed ? settings_.connected_name : absl::StrCat("Phone ", number),
                           "\" <sip:", number, "@", settings_.host, ";x-cisco-callback-number=", number,
                           ">;party=", to_leg == 0 ? "called" : "calling", ";screen=yes;privacy=off"));
}

// A 2xx for a phone with session timers: the phone is to refresh.
void Calls::time_session(SipMessage& response, const SipMessage& request) const {
  if (settings_.min_se == 0 || !supports(request, "timer")) return;
  if (request.method != "INVITE" && request.method != "UPDATE") return;
  const unsigned long asked = interval_of(request);
  response.add("Session-Expires", absl::StrCat(asked == 0 ? settings_.min_se : asked, ";refresher=uac"));
  response.add("Require", "timer");
}

bool Calls::refuse_interval(uint64_t flow, const SipMessage& message) {
  const unsigned long asked = interval_of(message);
  if (message.method != "INVITE" && message.method != "UPDATE") return false;
  if (asked == 0 || asked >= settings_.min_se) return false;
  send_(flow,
        respond_to(message, 422, "Session Interval Too Small").add("Min-SE", absl::StrCat(settings_.min_se)).text());
  events_.emit("interval-refused", {{"number", sip_user(message.header("From"))}, {"seconds", asked}});
  return true;
}

// Precedence: as the caller asks for, or as the settings have it for its number.
void Calls::prioritise(SipMessage& invite, const Call& call, const SipMessage& original) const {
  std::string value = original.header("Resource-Priority");
  if (const auto of = settings_.priorities.find(call.legs[0].number); of != settings_.priorities.end())
    value = of->second;
  if (!settings_.alert_info.empty()) invite.add("Alert-Info", settings_.alert_info);
  if (value.empty()) return;
  events_.emit("precedence", {{"call", call.id}, {"number", call.legs[0].number}, {"value", value}});
  invite.add("Resource-Priority", value);
  if (settings_.require_priority) invite.add("Require", "resource-priority");
}

bool Calls::refuse_by_order(uint64_t flow, const SipMessage& invite) {
  if (settings_.refuse_calls.empty()) return false;
  const int status = std::atoi(settings_.refuse_calls.c_str());
  SipMessage refused = respond_to(invite, status, "Refused by order");
  const size_t blank = settings_.refuse_calls.find(' ');
  if (blank != std::string::npos)
    refused.add("Warning", absl::StrCat(settings_.refuse_calls.substr(blank + 1), " lab \"Refused by order\""));
  if (status == 417) refused.add("Accept-Resource-Priority", "dsn-000000.0, dsn-000000.2");
  if (status == 420) refused.add("Unsupported", "resource-priority");
  events_.emit("call-refused", {{"status", status}, {"called", sip_user(invite.uri)}});
  send_(flow, refused.text());
  return true;
}

// A call of higher precedence needs what this one has: both ends are told (RFC 4411).
bool Calls::preempt(const std::string& device) {
  const auto found = newest_of(device);
  if (!found) return false;
  constexpr char kReason[] = "preemption ;cause=5 ;text=\"Network Preemption\"";
  for (int leg = 0; leg < 2; ++leg) hang_up(found->call, leg, kReason);
  end(found->call, "lab", kReason);
  return true;
}

// RFC 3262 section 3; over a connection nothing is lost, so nothing is repeated.
void Calls::make_reliable(SipMessage& response, Call& call, const SipMessage& request) const {
  if (!settings_.reliable_ringing || !supports(request, "100rel")) return;
  call.rseq = call.rseq == 0 ? 4711 : call.rseq + 1;
  response.add("Require", "100rel").add("RSeq", absl::StrCat(call.rseq));
}

void Calls::acknowledge_ringing(uint64_t flow, const Call& call, const SipMessage& prack) {
  const auto first = call.passed.find(call.initial_branch);
  const std::string cseq = first == call.passed.end() ? "" : first->second.original.header("CSeq");
  const bool right = call.rseq != 0 && prack.header("RAck") == absl::StrCat(call.rseq, " ", cseq);
  events_.emit("prack", {{"call", call.id}, {"right", right}});
  send_(flow, respond_to(prack, right ? 200 : 481, right ? "OK" : "Call/Transaction Does Not Exist").text());
}

// The caller hears the called phone by a 183 before it has an answer. True: the 200 waits.
bool Calls::play_early_media(uint64_t flow, const CallPtr& call, const SipMessage& message) {
  if (settings_.early_media_seconds == 0 || (call->early && call->early->over)) return false;
  if (call->early) return true;  // the 200 once more
  call->early = EarlyMedia{
      .flow = flow, .answer = message, .until = Clock::now() + std::chrono::seconds(settings_.early_media_seconds)};
  SipMessage progress = message;
  progress.status = 183;
  progress.reason = "Session Progress";
  response(flow, progress);
  return true;
}

void Calls::answer_late(Clock::time_point now) {
  for (const auto& [id, call] : std::map(calls_)) {
    if (!call->early || call->early->over || now < call->early->until) continue;
    call->early->over = true;
    response(call->early->flow, SipMessage(call->early->answer));
  }
}

// Both phones have made an offer: each gets an answer from the other's. False: there is none, and the call has ended.
bool Calls::agree(const CallPtr& call, const SipMessage& message, std::string* answer) {
  Leg &caller = call->legs[0], &called = call->legs[1];
  const auto to_caller = answer_between(caller.sdp, message.body);
  const auto to_called = answer_between(message.body, caller.sdp);
  if (to_caller && to_called) {
    called.sdp = *answer = *to_caller;
    caller.sdp = call->delayed_answer = *to_called;
    return true;
  }
  Passed& initial = call->passed[call->initial_branch];
  SipMessage ack = request_on(called, "ACK");
  number_as(ack, initial.sent);
  registrar_.send_to(called.device, ack.text());
  registrar_.send_to(called.device, request_on(called, "BYE").text());
  initial.answered = true;
  initial.ack = "none";
  this->answer(initial, caller.device, respond_to(initial.original, 488, "Not Acceptable Here", caller.local_tag));
  end(call, called.number, "no common codec");
  return false;
}

std::optional<Calls::Found> Calls::newest_of(const std::string& device) const {
  for (auto one = calls_.rbegin(); one != calls_.rend(); ++one) {
    for (int leg = 0; leg < 2 && one->second->state != State::kEnded; ++leg) {
      if (one->second->legs[static_cast<size_t>(leg)].device == device) return Found{one->second, leg};
    }
  }
  return std::nullopt;
}

std::optional<PhoneDialog> Calls::dialog_of(const std::string& device) const {
  const auto found = newest_of(device);
  if (!found) return std::nullopt;
  const Leg& leg = found->call->legs[static_cast<size_t>(found->leg)];
  return PhoneDialog{.call_id = leg.call_id, .local_tag = leg.remote_tag, .remote_tag = leg.local_tag};
}

std::optional<SipMessage> Calls::request_in_call(const std::string& device, const std::string& method) {
  const auto found = newest_of(device);
  if (!found) return std::nullopt;
  return request_on(found->call->legs[static_cast<size_t>(found->leg)], method);
}

}  // namespace phone::lab
