// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/signaling/sip/time.hpp"

// Date (RFC 3261 section 20.17): "Sat, 13 Nov 2010 23:29:00 GMT".
namespace phone::signaling {

std::string write_date(WallTime time);
// Nothing for another form, and for years outside 2000 to 2200.
std::optional<WallTime> read_date(std::string_view text);

}  // namespace phone::signaling
