// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string_view>

#include "common/crypto/secret.hpp"
#include "services/signaling/sip/message.hpp"

// SIP OAuth: the challenge that a token answers (cisco-formats.md G9, RFC 8898).
namespace phone::signaling {

enum class BearerForm : uint8_t {
  kCisco,    // 407; Proxy-Authorization: Bearer token="..."
  kRfc8898,  // 401; Authorization: Bearer ...
};

// Of a 401 or 407 all of whose challenges are of the scheme Bearer.
std::optional<BearerForm> bearer_challenge(const Message& response);
// A token of the alphabet of RFC 6750 section 2.1, and no longer than a message can carry.
bool is_bearer_token(std::string_view token);
void add_bearer(Message& request, BearerForm form, const crypto::Secret& token);

}  // namespace phone::signaling
