// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/signaling/sip/message.hpp"

namespace phone::signaling {

// One name-addr or addr-spec of a header field that the grammar library does not read: Remote-Party-ID,
// P-Asserted-Identity. Nothing when there is no URI of the scheme sip, sips or tel in it.
std::optional<NameAddress> parse_name_address(std::string_view item);

// A display name as people are shown it, from the text between its quotes: quoted pairs are undone (RFC 3261 section
// 25.1), the call manager's phrase codes replaced (sip/phrases.hpp), every byte is fit for a screen.
std::string shown_name(std::string_view between_quotes);

// The number or name of whom a URI leads to, from its user part, or all of a tel URI: without parameters such as
// phone-context, a password, and the visual separators of a telephone number (RFC 3966 section 5.1.1). At most 64
// bytes.
std::string shown_number(std::string_view user);

}  // namespace phone::signaling
