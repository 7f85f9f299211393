// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

namespace phone::signaling {

// A body, or a part of one, with what its header says of it. Points into the message.
struct BodyPart {
  std::string_view type;         // without parameters; empty: not said
  std::string_view disposition;  // likewise
  std::string boundary, start;   // of a multipart
  std::string_view id;           // Content-ID
  bool required = true;          // handling (RFC 3261 section 20.11)
  bool encoded = false;          // by a content or transfer encoding; this phone decodes none
  std::string_view content;

  // Any header field: those that say something of a body are taken.
  void take(std::string_view name, std::string_view value);
};

// The parts of a multipart, which has at most `most`. INVALID_ARGUMENT for a boundary that is missing, longer than 70
// characters, not found in the body, or without its end: half a description says something else than the whole.
absl::StatusOr<std::vector<BodyPart>> cut(const BodyPart& multipart, size_t most);

}  // namespace phone::signaling
