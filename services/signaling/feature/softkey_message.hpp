// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/signaling/control/remote_requests.hpp"
#include "services/signaling/sip/message.hpp"

// What the phone asks of the call manager in its own dialect (cucm-calls.md 1.2, 1.3 and 2.5).
namespace phone::signaling {

struct SoftkeyEvent {
  std::string_view name;  // "Conference"
  DialogId dialog;        // empty: of no call
  DialogId consultation;  // likewise
  uint32_t line = 1;
};
// A document x-cisco-remotecc-request with a softkeyeventmsg.
std::string write_softkey_event(const SoftkeyEvent& event);

// What the user has chosen on a page of the call manager: a datapassthroughreq and the choice, as multipart/mixed with
// the boundary uniqueBoundary.
struct PageChoice {
  uint32_t application = 0, transaction = 0, conference = 0;
  std::string_view choice;  // "Remove", or the item of the page
};
std::string write_page_choice(const PageChoice& choice);

// x-cisco-remotecc-response: code and reason (clean).
struct RemoteResponse {
  uint32_t code = 0;
  std::string reason;
};
absl::StatusOr<RemoteResponse> read_remote_response(std::string_view xml);

}  // namespace phone::signaling
