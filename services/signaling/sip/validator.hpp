// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

#include "services/signaling/sip/message.hpp"

namespace phone::signaling {

// Whether a framed message is handled, answered with a refusal, or dropped (responses, ACKs, messages without a return
// address).
struct Verdict {
  enum Kind { kAccept, kRefuse, kDrop } kind = kAccept;
  int status = 0;
  std::string phrase;              // why; the reason phrase of a refusal
  std::vector<HeaderField> extra;  // Unsupported, Allow, Accept
};
struct Judged {
  Message message;
  Verdict verdict;
};

// Lines, then grammar, then the rules the grammar does not know (RFC 3261 section 8.2, RFC 4475).
Judged read_message(std::string_view framed);

}  // namespace phone::signaling
