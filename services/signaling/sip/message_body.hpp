// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <string_view>

#include "services/signaling/sip/message.hpp"

namespace phone::signaling {

// The session description a message carries: its body when that is application/sdp or has no type, or the first
// application/sdp part of a multipart body (RFC 3261 section 7.4.1, RFC 2046 section 5.1.1; parts within parts are not
// searched). Requests, responses and ACK are all read with this. Empty when there is none; INVALID_ARGUMENT for a
// multipart body whose boundary is missing, longer than 70 characters, or not found in it. The result points into the
// message. Linear in the body's size.
absl::StatusOr<std::string_view> session_description(const Message& message);

}  // namespace phone::signaling
