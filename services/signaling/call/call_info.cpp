// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/call_info.hpp"

#include <algorithm>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

std::optional<CallInfo> read_call_info(const Message& message) {
  for (const std::string& item : list_items(message, "Call-Info")) {
    std::string_view rest = item;
    if (!iequals(trim(take_until(rest, ';')), "<urn:x-cisco-remotecc:callinfo>")) continue;
    CallInfo info;
    for (const auto& [name, value] : parse_parameters(rest)) {
      if (iequals(name, "isVoip")) info.voip = true;
      if (iequals(name, "gci") && is_global_call(value)) info.global_call = value;
      if (!iequals(name, "security")) continue;
      if (iequals(value, "Encrypted")) info.level = SecurityLevel::kEncrypted;
      if (iequals(value, "Authenticated")) info.level = SecurityLevel::kAuthenticated;
      if (iequals(value, "NotAuthenticated")) info.level = SecurityLevel::kNotAuthenticated;
    }
    return info;
  }
  return std::nullopt;
}

std::string write_hold_info(bool hold, HoldReason reason) {
  const std::string_view parameters = reason == HoldReason::kSwap               ? "; operation= swap"
                                      : hold && reason == HoldReason::kTransfer ? "; reason= transfer"
                                      : hold && reason == HoldReason::kConference
                                          ? "; reason= conference; protect= true; noholdreversion"
                                          : "";
  return cat("<urn:x-cisco-remotecc:", hold ? "hold" : "resume", ">", parameters);
}

bool is_global_call(std::string_view text) {
  constexpr size_t kLongest = 64;
  return !text.empty() && text.size() <= kLongest && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '.';
  });
}

std::string write_call_info(SecurityLevel own, bool from_caller, std::string_view global_call) {
  std::string_view words[] = {"Unknown", "NotAuthenticated", "Authenticated", "Encrypted"};
  return cat("<urn:x-cisco-remotecc:callinfo>;security=", words[static_cast<int>(own)],
             ";orientation=", from_caller ? "from" : "to", global_call.empty() ? "" : ";gci=", global_call);
}

}  // namespace phone::signaling
