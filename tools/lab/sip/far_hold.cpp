// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The far end holds and resumes a call, as the phone sees it: re-INVITEs whose description is the far end's own with
// another direction (cucm-calls.md 2.1). The far end itself is not asked.
#include "tools/lab/sip/calls.hpp"
#include "tools/lab/sip/sdp.hpp"

namespace phone::lab {
namespace {

constexpr auto kAfterGlare = std::chrono::seconds(3);  // RFC 3261 section 14.1

}  // namespace

int Calls::phone_leg(const Call& call) { return call.legs[0].device == far_end_device(call.legs[0].number) ? 1 : 0; }

// A request of a leg that the other has not answered finally, or an INVITE without its ACK.
bool Calls::busy(const Call& call) {
  for (const auto& [branch, passed] : call.passed) {
    if (passed.sent.method == "INFO") continue;
    if (!passed.answered || (passed.sent.method == "INVITE" && passed.ack.empty())) return true;
  }
  return false;
}

void Calls::play_holds(Clock::time_point now) {
  if (settings_.hold == HoldAs::kNone) return;
  for (const auto& [id, call] : calls_) {
    if (call->state != State::kConnected || call->connected_at == Clock::time_point() || call->transfer) continue;
    if (!call->hold) {
      call->hold =
          Hold{.at = call->connected_at + std::chrono::seconds(settings_.hold_after_seconds), .sent = {}, .ack = {}};
    }
    Hold& hold = *call->hold;
    if (hold.pending || hold.over || now < hold.at || busy(*call)) continue;
    hold.leg = phone_leg(*call);
    Leg& leg = call->legs[static_cast<size_t>(hold.leg)];
    hold.sent = request_on(leg, "INVITE");
    hold.sent.add("Call-Info", call_info(*call, hold.leg, "connected"));
    identify(hold.sent, *call, hold.leg);
    hold.sent.add("Content-Type", "application/sdp");
    hold.sent.body = held(call->legs[static_cast<size_t>(1 - hold.leg)].sdp, hold.on ? HoldAs::kNone : settings_.hold,
                          ++hold.raised);
    hold.pending = true;
    hold.ack.clear();
    registrar_.send_to(leg.device, hold.sent.text());
  }
}

bool Calls::hold_response(const FlowFacts& facts, const SipMessage& message) {
  for (const auto& [id, call] : calls_) {
    if (!call->hold || sip_branch(call->hold->sent) != sip_branch(message)) continue;
    Hold& hold = *call->hold;
    Leg& leg = call->legs[static_cast<size_t>(hold.leg)];
    if (leg.device != facts.device || message.status < 200) return true;
    if (message.status >= 300) {
      registrar_.send_to(leg.device, ack_of_refusal(hold.sent, message).text());
      hold.pending = false;
      hold.over = message.status != 491;
      hold.at = Clock::now() + kAfterGlare;
      events_.emit("hold-refused", {{"call", call->id}, {"number", leg.number}, {"status", message.status}});
      return true;
    }
    if (hold.ack.empty()) {
      SipMessage ack = request_on(leg, "ACK");
      number_as(ack, hold.sent);
      hold.ack = ack.text();
      if (!message.body.empty()) leg.sdp = message.body;
      hold.pending = false;
      hold.over = hold.on;
      hold.on = !hold.on;
      hold.at = Clock::now() + std::chrono::seconds(settings_.hold_for_seconds);
      events_.emit(hold.on ? "held" : "resumed", {{"call", call->id},
                                                  {"number", leg.number},
                                                  {"offered", direction_of(hold.sent.body)},
                                                  {"answered", direction_of(message.body)}});
    }
    registrar_.send_to(leg.device, hold.ack);
    return true;
  }
  return false;
}

}  // namespace phone::lab
