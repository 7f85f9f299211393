// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// bounds.hpp -- how much a message may hold. Judged on its lines, in one pass, before the grammar library reads any
// of it: the library is quadratic in parameters and list items, so that 64 KiB of them cost seconds.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <string_view>

#include "services/signaling/sip/message.hpp"

namespace phone::signaling {

// What call managers and proxies send, and RFC 4475's longest message, stays below half of each of these.
inline constexpr size_t kMostFields = 256;
inline constexpr size_t kLongestName = 256;        // of a header field
inline constexpr size_t kLongestValue = 8 * 1024;  // of a header field, unfolded: what common HTTP servers take
inline constexpr size_t kLongestUri = 2 * 1024;
inline constexpr size_t kMostContactParameters =
    256;                                            // a registrar may list the Contacts of a shared line in one field
inline constexpr size_t kMostParameters = 64;       // ';' and '&' in one value or URI
inline constexpr size_t kMostListItems = 128;       // in one value
inline constexpr size_t kMostVias = 70;             // a request passes 70 proxies at most (RFC 3261 section 8.1.1.6)
inline constexpr size_t kMostRoutes = 16;           // of Route and of Record-Route; the state record keeps as many
inline constexpr size_t kMostContacts = 64;         // a registrar lists every phone of a shared line
inline constexpr size_t kLongestBody = 128 * 1024;  // twice a session description at its limit, for its multipart

// OK, or RESOURCE_EXHAUSTED naming the part and its limit. Linear in the size of the message.
absl::Status judge_bounds(const Message& message);

// RFC 3261 section 25.1 for what stands behind "sip:" and "sips:", where the library guesses: one '@' at most, an IPv6
// address in brackets, a port below 65536. INVALID_ARGUMENT names the offence. Other schemes pass. Linear.
absl::Status judge_uri_text(std::string_view uri);

}  // namespace phone::signaling
