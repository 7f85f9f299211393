// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace phone::signaling {

// The dialog that Replaces or Join names, from the receiver's side (RFC 3891 section 6.1, RFC 3911
// section 7.1).
struct DialogName {
  std::string call_id;
  std::string to_tag;    // of the receiver
  std::string from_tag;  // of its far end
  bool early_only = false;
};

// Nothing unless the Call-ID and each tag is there exactly once.
std::optional<DialogName> parse_dialog_name(std::string_view value);

}  // namespace phone::signaling
