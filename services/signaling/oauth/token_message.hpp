// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <chrono>
#include <string>
#include <string_view>

#include "common/crypto/secret.hpp"
#include "services/signaling/policy/settings.hpp"

// The messages between phone and authorization service (RFC 6749, the grant of an activation code is ours:
// decisions/2026-11-30-where-a-token-comes-from.md).
namespace phone::signaling {

// Exactly one of both secrets is there.
struct TokenRequest {
  OAuthServer server;
  std::string device_name;
  crypto::Secret activation_code, refresh_token;
};
struct TokenReply {
  crypto::Secret access_token;
  crypto::Secret refresh_token;  // empty: the one before stays good
  std::chrono::seconds good_for{0};
};

// application/x-www-form-urlencoded.
std::string write_token_request(const TokenRequest& request);
// Of status and body of the answer; total. PERMISSION_DENIED with the service's words: what was shown is not good (any
// more); UNAVAILABLE: it may be later.
absl::StatusOr<TokenReply> read_token_reply(int status, std::string_view body);

// The sixteen digits of what a user typed; blanks and dashes do not count. INVALID_ARGUMENT for anything else.
absl::StatusOr<crypto::Secret> activation_code_of(std::string_view typed);

}  // namespace phone::signaling
