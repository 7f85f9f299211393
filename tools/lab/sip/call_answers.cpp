// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The way back through the call router: responses of one leg become responses to the other.
#include "absl/strings/str_cat.h"
#include "tools/lab/sip/calls.hpp"

namespace phone::lab {

// Over the connection the request came on or, when that is gone, the device's newest.
void Calls::answer(const Passed& passed, const std::string& device, const SipMessage& response) {
  if (registrar_.flow(passed.flow) != nullptr) {
    send_(passed.flow, response.text());
  } else {
    registrar_.send_to(device, response.text());
  }
}

void Calls::response(uint64_t flow, const SipMessage& message) {
  const FlowFacts* facts = registrar_.flow(flow);
  if (facts != nullptr &&
      (transfer_response(*facts, message) || hold_response(*facts, message) || recording_response(*facts, message)))
    return;
  const auto found = find_branch(sip_branch(message));
  if (!found || facts == nullptr || message.status <= 100)
    return;  // answers to BYE, CANCEL and our own UPDATE end here
  const CallPtr& call = found->call;
  Leg& there = call->legs[static_cast<size_t>(found->leg)];
  Leg& here = call->legs[static_cast<size_t>(1 - found->leg)];
  if (there.device != facts->device || sip_cseq_method(message) == "CANCEL") return;
  Passed& passed = call->passed[sip_branch(message)];
  const bool invite = passed.sent.method == "INVITE";
  const bool initial = sip_branch(message) == call->initial_branch;
  const bool success = message.status >= 200 && message.status < 300;
  if (initial && call->taken_over && taken_over_response(call, message)) return;
  if (message.status >= 300) return refuse_callee(call, passed, message);
  if (initial && !sip_parameter(message.header("To"), "tag").empty()) {
    there.remote_tag = sip_parameter(message.header("To"), "tag");
  }
  if (const std::string contact = sip_uri(message.header("Contact")); !contact.empty()) there.target = contact;
  if (success && invite && call->state == State::kEnded) {  // it was answered while we cancelled it
    SipMessage ack = request_on(there, "ACK");
    registrar_.send_to(there.device, ack.text());
    registrar_.send_to(there.device, request_on(there, "BYE").text());
    return;
  }
  if (success && !passed.ack.empty()) {
    registrar_.send_to(there.device, passed.ack);
    return;
  }
  if (success && initial && play_early_media(flow, call, message)) return;
  std::string body = message.body;
  if (initial && settings_.delayed_offer) {
    if (!success) body.clear();
    if (success && call->delayed_answer.empty() && !agree(call, message, &body)) return;
  } else if (!body.empty()) {
    there.sdp = body;
  }
  if (success) passed.answered = true;
  if (success && initial) {
    call->state = State::kConnected;
    call->update_due = true;
    for (const std::string& allowed : message.all("Allow")) {
      there.takes_update = there.takes_update || allowed.find("UPDATE") != std::string::npos;
    }
  }
  SipMessage back = respond_to(passed.original, message.status, message.reason, here.local_tag);
  back.add("Contact",
           absl::StrCat("<sip:", sip_user(here.local), "@", settings_.host, ":", settings_.port, ";transport=tls>"));
  back.add("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, REFER, NOTIFY");
  back.add("Supported", "X-cisco-srtp-fallback,X-cisco-sis-10.0.0");
  back.add("Call-Info", call_info(*call, 1 - found->leg, success ? "connected" : "ringout"));
  identify(back, *call, 1 - found->leg);
  if (success) time_session(back, passed.original);
  if (initial && message.status > 100 && !success) make_reliable(back, *call, passed.original);
  if (!body.empty()) {
    back.add("Content-Type", message.header("Content-Type"));
    back.body = body;
  }
  if (initial && !success) report(call, "ringing");
  answer(passed, here.device, back);
}

void Calls::refuse_callee(const CallPtr& call, Passed& passed, const SipMessage& message) {
  Leg& there = call->legs[static_cast<size_t>(1 - passed.from)];
  Leg& here = call->legs[static_cast<size_t>(passed.from)];
  if (passed.sent.method == "INVITE") {  // the ACK of a refusal belongs to the same transaction
    registrar_.send_to(there.device, ack_of_refusal(passed.sent, message).text());
  }
  if (passed.answered) return;
  passed.answered = true;
  passed.ack = "none";  // a refusal's ACK is not passed on
  SipMessage back = respond_to(passed.original, message.status, message.reason, here.local_tag);
  for (const char* name : {"Warning", "Reason", "Retry-After"}) {
    if (!message.header(name).empty()) back.add(name, message.header(name));
  }
  answer(passed, here.device, back);
  if (sip_branch(passed.sent) == call->initial_branch) {
    end(call, there.number, absl::StrCat(message.status, " ", message.reason));
  }
}

}  // namespace phone::lab
