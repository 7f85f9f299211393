// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// reason.hpp -- the machine word beside the sentence of a refusal (phone/mesh/v1/errors.proto). It travels with the
// absl::Status as a payload, so it survives actors, the gateway and the wire.
#pragma once

#include <absl/status/status.h>

#include <map>
#include <string>
#include <string_view>

namespace phone::mesh {

namespace reason {
inline constexpr std::string_view kUnknownMethod = "UNKNOWN_METHOD";
inline constexpr std::string_view kRoleNotPermitted = "ROLE_NOT_PERMITTED";
inline constexpr std::string_view kUidWithoutRole = "UID_WITHOUT_ROLE";
inline constexpr std::string_view kNotImplemented = "NOT_IMPLEMENTED";
inline constexpr std::string_view kDeadlineMissing = "DEADLINE_MISSING";
inline constexpr std::string_view kDeadlinePassed = "DEADLINE_PASSED";
inline constexpr std::string_view kTooManyCalls = "TOO_MANY_CALLS";
inline constexpr std::string_view kTooManyBytes = "TOO_MANY_BYTES";
inline constexpr std::string_view kRequestTooLarge = "REQUEST_TOO_LARGE";
inline constexpr std::string_view kRequestMalformed = "REQUEST_MALFORMED";
inline constexpr std::string_view kShuttingDown = "SHUTTING_DOWN";
inline constexpr std::string_view kNoAnswer = "NO_ANSWER";
inline constexpr std::string_view kServiceNotResponding = "SERVICE_NOT_RESPONDING";
}  // namespace reason

using ReasonMetadata = std::map<std::string, std::string>;

// The same status with this reason and metadata; an empty `word` keeps the reason it has. OK stays as it is.
absl::Status with_reason(absl::Status status, std::string_view word, const ReasonMetadata& metadata = {});
// The reason it was given, or the name of its code.
std::string reason_of(const absl::Status& status);

// The whole of it as grpc-status-details-bin carries it; `text` is the sentence as it is sent.
std::string error_details(const absl::Status& status, const std::string& text);
// The status with what a peer sent as its details; anything that is not ours, malformed or too large is dropped.
absl::Status with_details(absl::Status status, const std::string& details);

}  // namespace phone::mesh
