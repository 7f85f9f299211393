// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include "services/signaling/sip/message.hpp"

namespace phone::signaling {

// Reads the fields that decide something (Via, From, To, Contact, Call-ID, CSeq, routes) by RFC 3261's grammar into the
// message, so that nothing parses them again. Neither start line nor body is looked at. Only for messages within the
// bounds of bounds.hpp: the library's work is quadratic. INVALID_ARGUMENT names the header field that does not parse.
absl::Status read_grammar(Message& message);

// INVALID_ARGUMENT, naming the offence, for text that is not a URI. Bounded in the same way.
absl::Status check_uri(const std::string& text);

}  // namespace phone::signaling
