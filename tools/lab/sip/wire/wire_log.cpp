// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/wire/wire_log.hpp"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace phone::lab {
namespace {

std::string without_keys(const std::string& body) {
  std::string out;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(body, '\n'))) {
    const bool key = line.starts_with("a=crypto:");
    absl::StrAppend(&out, out.empty() ? "" : "\n", key ? line.substr(0, line.find(" inline:")) : line);
  }
  return out;
}

}  // namespace

void WireLog::said(const std::string& device, const std::string& text) const {
  if (!on_) return;
  if (const auto message = parse_sip(text)) note("lab", device, *message);
}

void WireLog::note(const char* from, const std::string& device, const SipMessage& message) const {
  const auto known = on_ ? devices_.find(device) : std::nullopt;
  if (!known || known->far_end) return;
  nlohmann::json headers = nlohmann::json::object();
  for (const SipMessage::Header& one : message.headers) {
    if (one.name == "Authorization" || one.name == "Proxy-Authorization") continue;
    nlohmann::json& all = headers[one.name];
    if (all.is_null())
      all = one.value;
    else
      all = absl::StrCat(all.get<std::string>(), "\n", one.value);
  }
  events_.emit("wire", {{"from", from},
                        {"device", device},
                        {"line", message.is_request() ? absl::StrCat(message.method, " ", message.uri)
                                                      : absl::StrCat(message.status, " ", message.reason)},
                        {"what", message.is_request() ? message.method
                                                      : absl::StrCat(message.status, " ", sip_cseq_method(message))},
                        {"call_id", message.header("Call-ID")},
                        {"headers", headers},
                        {"body", without_keys(message.body)}});
}

}  // namespace phone::lab
