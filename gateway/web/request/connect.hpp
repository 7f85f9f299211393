// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// connect.hpp -- the Connect protocol's own words (connectrpc.com/docs/protocol, version 1): errors and the envelopes
// of a stream. JSON only, nothing compressed.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace phone::gateway::web {

inline constexpr std::size_t kEnvelopeHeader = 5;

// "permission_denied"; "ok" is not an error of the protocol and never sent.
std::string_view error_code(absl::StatusCode code);
// Of the answer to a unary call.
unsigned http_status(absl::StatusCode code);
// {"code":"unavailable","message":"..."}
std::string error_json(const absl::Status& status);

// A message of a stream, and its end, which carries the error if there was one.
std::string message_envelope(std::string_view json);
std::string end_envelope(const absl::Status& status);

// The one message of a request to a stream. INVALID_ARGUMENT unless the body is exactly one envelope, UNIMPLEMENTED
// when it is compressed.
absl::StatusOr<std::string_view> only_message(std::string_view body);

}  // namespace phone::gateway::web
