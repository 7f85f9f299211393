// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Hosted calls that ring until an order answers them, the level that an order has the call manager tell (scenario 6 of
// cucm-calls.md L), and a phone that will not say its keys (3.2).
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/lab/sip/hosted_calls.hpp"

namespace phone::lab {

bool HostedCalls::rings_first(const CallPtr& call) {
  if (std::exchange(call->rings, !call->rings)) return false;
  SipMessage ringing = respond_to(call->invite, 180, "Ringing", call->local_tag);
  ringing.add("Contact", absl::StrCat("<sip:", call->number, "@", settings_.host, ":", settings_.port, ">"));
  ringing.add("Call-Info", call_info(*call));
  send_(call->flow, ringing.text());
  return true;
}

// "bridge answer", "bridge security=NotAuthenticated": of the newest call. False for another order.
bool HostedCalls::obey_about_call(const std::string& line) {
  constexpr char kSecurity[] = "security=";
  const size_t at = line.find(kSecurity);
  const bool answers = absl::StrContains(line, "answer");
  if (!answers && at == std::string::npos) return false;
  const CallPtr call = newest();
  if (!call) return true;
  if (at != std::string::npos) {
    const size_t begin = at + sizeof(kSecurity) - 1;
    call->told_level = line.substr(begin, line.find(' ', begin) - begin);
    tell_level(*call);
  }
  if (answers && call->rings) accept(call, call->conference);
  return true;
}

// A SUBSCRIBE for keys that the phone does not take: what it has sent is all that there is.
bool HostedCalls::key_request_refused(const CallPtr& call, const SipMessage& message) {
  if (sip_cseq_method(message) != "SUBSCRIBE" || message.status < 300 || call->ended || call->codes.empty())
    return false;
  events_.emit("keys-refused", {{"call", call->id}, {"status", message.status}});
  call->codes.clear();
  refuse(call, 484, "Address Incomplete", "");
  return true;
}

}  // namespace phone::lab
