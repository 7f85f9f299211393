// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include "services/signaling/sip/message.hpp"

namespace phone::signaling {

// Reads the fields that decide something (Via, From, To, Contact, Call-ID, CSeq, routes) by RFC 3261's grammar into the
// message, once: nobody parses them again. Neither start line nor body is looked at. For messages within the bounds of
// bounds.hpp alone: the library's work is quadratic. INVALID_ARGUMENT names the header field that does not parse.
absl::Status read_grammar(Message& message);

// INVALID_ARGUMENT, with the offence, for what is no URI. Bounded in the same way.
absl::Status check_uri(const std::string& text);

}  // namespace phone::signaling
