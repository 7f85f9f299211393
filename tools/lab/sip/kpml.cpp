// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The call manager asks a phone for its keys (RFC 4730, cucm-calls.md 3): for a code, before a call of the phone's goes
// on, or for all keys of a call.
#include "absl/strings/str_cat.h"
#include "tools/lab/sip/calls.hpp"

namespace phone::lab {
namespace {

std::string attribute(const std::string& xml, const std::string& name) {
  const std::string start = absl::StrCat(" ", name, "=\"");
  const std::size_t at = xml.find(start);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + start.size();
  return xml.substr(begin, xml.find('"', begin) - begin);
}

}  // namespace

void Calls::subscribe_keys(Call& call, bool on) {
  Leg& phone = call.legs[static_cast<size_t>(call.keys->leg)];
  SipMessage subscribe = request_on(phone, "SUBSCRIBE");
  subscribe.add("Event", "kpml").add("Expires", on ? "7200" : "0");
  if (on) {
    const bool code = settings_.kpml == AskForKeys::kCode;
    subscribe.add("Accept", "application/kpml-response+xml").add("Content-Type", "application/kpml-request+xml");
    subscribe.body = absl::StrCat(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\r\n<kpml-request xmlns=\"urn:ietf:params:xml:ns:kpml-request\" "
        "version=\"1.0\">\r\n<pattern persist=\"persist\">\r\n<regex tag=\"",
        code ? "Backspace OK\">[x*#+]|bs" : "dtmf\">[x*#ABCD]", "</regex>\r\n</pattern>\r\n</kpml-request>\r\n");
  }
  registrar_.send_to(phone.device, subscribe.text());
}

// True: the INVITE waits for the code.
bool Calls::ask_for_code(uint64_t flow, const CallPtr& call, const SipMessage& invite) {
  if (settings_.kpml != AskForKeys::kCode || phone_leg(*call) != 0) return false;
  call->keys = Keys{.leg = 0, .flow = flow, .waiting = invite, .pressed = {}, .over = false};
  subscribe_keys(*call, true);
  return true;
}

void Calls::ask_for_keys() {
  if (settings_.kpml != AskForKeys::kAll) return;
  for (const auto& [id, call] : calls_) {
    if (call->keys || call->state != State::kConnected || call->connected_at == Clock::time_point()) continue;
    call->keys = Keys{.leg = phone_leg(*call), .flow = 0, .waiting = {}, .pressed = {}, .over = false};
    subscribe_keys(*call, true);
  }
}

void Calls::keys_pressed(const CallPtr& call, const SipMessage& notify) {
  if (!call->keys || notify.body.empty() || call->keys->over) return;
  Keys& keys = *call->keys;
  const std::string code = attribute(notify.body, "code"), digit = attribute(notify.body, "digits");
  const bool complete = code == "423" || digit == "#";
  if (code == "200" && digit != "#") keys.pressed += digit;
  events_.emit("keys", {{"call", call->id}, {"code", code}, {"pressed", keys.pressed}});
  if (settings_.kpml != AskForKeys::kCode || !complete) return;
  keys.over = true;
  subscribe_keys(*call, false);
  pass_on(keys.flow, call, 0, keys.waiting);
}

}  // namespace phone::lab
