// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/signaling/call/call_security.hpp"
#include "services/signaling/call/hold_state.hpp"
#include "services/signaling/sip/message.hpp"

namespace phone::signaling {

// Call-Info of CUCM (cisco-formats.md G3). Absent: unknown.
struct CallInfo {
  SecurityLevel level = SecurityLevel::kUnknown;
  bool voip = false;
  std::string global_call;  // gci; empty: not said
};
// Nothing when the message has no Call-Info of that kind: what was known before still holds.
std::optional<CallInfo> read_call_info(const Message& message);
// What a re-INVITE of the phone is about (cucm-calls.md 2.1).
std::string write_hold_info(bool hold, HoldReason reason);

std::string write_call_info(SecurityLevel own, bool from_caller, std::string_view global_call = "");

// What a name of a call (gci) may be: it is sent back as it came.
bool is_global_call(std::string_view text);

}  // namespace phone::signaling
