// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <string_view>
#include <vector>

#include "services/signaling/sip/body_parts.hpp"
#include "services/signaling/sip/message.hpp"

namespace phone::signaling {

// One reader for every body: of requests, of provisional and final responses, of ACK (RFC 3261 section 7.4, RFC 5621).
// Multiparts are cut at their boundary (RFC 2046 section 5.1), whatever text is in them; of an alternative the last
// part counts that this phone understands, of related and signed ones the root. Media types, header names and
// dispositions are compared without case. Results point into the message. Linear in the body's size; at most
// kDeepestBody multiparts within each other and kMostBodyParts parts.
inline constexpr int kDeepestBody = 4;
inline constexpr size_t kMostBodyParts = 64;

// The session description that a message carries: application/sdp with the disposition "session" or none, or a body
// without a type. Empty when there is none. INVALID_ARGUMENT for a multipart whose boundary is missing, too long, not
// found or not closed; UNIMPLEMENTED for a description that is encoded.
absl::StatusOr<std::string_view> session_description(const Message& message);

// The first part of that media type.
absl::StatusOr<std::string_view> body_of_type(const Message& message, std::string_view type);

// All parts, multiparts resolved as above. They point into the message.
absl::StatusOr<std::vector<BodyPart>> body_parts(const Message& message);

// Whether a request with this body may be served: UNIMPLEMENTED (415) for a part that has to be understood and is not.
// A part that says handling=optional does not have to.
absl::Status judge_body(const Message& message);
// Content-Encoding or Content-Transfer-Encoding of the whole body; this phone decodes none.
bool is_encoded(const Message& message);

}  // namespace phone::signaling
