// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "services/signaling/sip/message.hpp"
#include "services/signaling/sip/sip_port.hpp"

// REFERs as this phone receives them: CUCM's feature requests, which are bodies (cucm-calls.md 1.1), and RFC 3515's,
// which ask the phone to place a call.
namespace phone::signaling {

// Whether the body is a request, or the answer to one, in CUCM's dialect.
bool is_remotecc(const Message& refer);
// Whether the sender expects a NOTIFY (RFC 3515 section 2.4.4, RFC 4488).
bool implies_subscription(const Message& refer);
// 603 with the cause: the REFER asks for a call.
Message refuse_refer(const Message& refer, std::string_view to_tag);

}  // namespace phone::signaling
