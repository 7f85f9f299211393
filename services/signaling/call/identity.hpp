// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>

#include "services/signaling/sip/message.hpp"

namespace phone::signaling {

// Who the other person is, as it may be shown.
struct Identity {
  std::string number;  // empty: withheld
  std::string name;    // "Private" when both are withheld
};

// What the call manager says in Remote-Party-ID, else in P-Asserted-Identity (RFC 3325), with what the header fields of
// privacy leave of it (RFC 3323). Nothing when the message has neither: what was known before still holds.
// `other_called`: the other person has called, so that of two parties the calling one is meant. A third one, such as
// x-cisco-original-called, does not take part in the call.
std::optional<Identity> read_identity(const Message& message, bool other_called);

// The same for a call that begins, where From is believed as well.
Identity identity_of_caller(const Message& invite);

}  // namespace phone::signaling
