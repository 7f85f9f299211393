// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <string_view>

#include "services/signaling/sip/message.hpp"

namespace phone::signaling {

// Start line and header fields of a framed message as text: lines unfolded, compact names expanded, the body behind
// them. Total and bounded: enough to answer a message whose grammar is wrong. INVALID_ARGUMENT when even that cannot
// be read. `version` is the start line's, "SIP/2.0" or another.
struct Lines {
  Message message;
  std::string version;
  bool start_line_ok = true;  // single spaces, nothing behind it (RFC 4475 3.1.2.8, 3.1.2.9)
};
absl::StatusOr<Lines> split_lines(std::string_view framed);

}  // namespace phone::signaling
