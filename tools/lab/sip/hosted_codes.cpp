// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A code before a call goes on (cucm-calls.md 3.4): tone and prompt, digits by KPML, # or a time-out at the end. No
// event has a digit.
#include "absl/strings/str_cat.h"
#include "tools/lab/sip/hosted_calls.hpp"

namespace phone::lab {
namespace {

std::string attribute_in(const std::string& xml, const std::string& name) {
  const std::string start = absl::StrCat(" ", name, "=\"");
  const size_t at = xml.find(start);
  if (at == std::string::npos) return "";
  const size_t begin = at + start.size();
  return xml.substr(begin, xml.find('"', begin) - begin);
}

}  // namespace

void HostedCalls::ask_for_code(const CallPtr& call) {
  call->typed.clear();
  if (call->codes.front().first == "number") return subscribe_keys(*call, true);
  ++call->prompts;
  const bool authorization = call->codes.front().first == "authorization";
  order_about(*call, absl::StrCat("refer playtonereq dialog=call tonetype=DtZipZip direction=user + "
                                  "statuslineupdatereq dialog=call action=notify_display displaytimeout=20 statustext=",
                                  authorization ? "%1e%07" : "%1e%08"));
  events_.emit("code-asked", {{"call", call->id}, {"kind", call->codes.front().first}, {"prompt", call->prompts}});
  subscribe_keys(*call, true);
}

void HostedCalls::subscribe_keys(Call& call, bool on) {
  SipMessage subscribe = request_on(call, "SUBSCRIBE");
  subscribe.add("Event", "kpml").add("Expires", on ? "7200" : "0");
  if (on) {
    subscribe.add("Accept", "application/kpml-response+xml").add("Content-Type", "application/kpml-request+xml");
    subscribe.body =
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\r\n<kpml-request xmlns=\"urn:ietf:params:xml:ns:kpml-request\" "
        "version=\"1.0\">\r\n<pattern persist=\"persist\">\r\n<regex tag=\"Backspace OK\">[x*#+]|bs</regex>\r\n"
        "</pattern>\r\n</kpml-request>\r\n";
  }
  send_(call.flow, subscribe.text());
}

void HostedCalls::key_pressed(const CallPtr& call, const SipMessage& notify) {
  if (!notify.header("Event").starts_with("kpml") || notify.body.empty() || call->codes.empty() || call->ended) return;
  const std::string code = attribute_in(notify.body, "code"), digit = attribute_in(notify.body, "digits");
  if (digit == "bs") {
    if (!call->typed.empty()) call->typed.pop_back();
  } else if (code == "200" && digit != "#") {
    call->typed += digit;
  }
  if (code != "423" && digit != "#") return;
  const auto [kind, wanted] = call->codes.front();
  if (kind == "number") {
    call->number += call->typed;
    events_.emit("overlap", {{"call", call->id}, {"number", call->number}, {"ended_by", code == "423" ? "time" : "#"}});
    call->codes.clear();
    subscribe_keys(*call, false);
    return go_on(call);
  }
  const bool right = call->typed == wanted;
  events_.emit("code", {{"call", call->id},
                        {"kind", kind},
                        {"right", right},
                        {"digits", call->typed.size()},
                        {"ended_by", code == "423" ? "time" : "#"}});
  call->codes.erase(call->codes.begin());
  if (right && !call->codes.empty()) return ask_for_code(call);
  subscribe_keys(*call, false);
  call->codes.clear();
  if (!right) return refuse(call, 603, "Decline", absl::StrCat("Invalid ", kind, " code"));
  go_on(call);
}

}  // namespace phone::lab
