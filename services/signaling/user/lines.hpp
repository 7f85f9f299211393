// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/signaling/policy/settings.hpp"

// Whose call it is: the lines of the phone, by their numbers and Contacts (cucm-calls.md 7).
namespace phone::signaling {

// Nothing for a line that the phone does not have; lines are counted from 1.
const LineSettings* line_of(const Settings& settings, uint32_t line);

// The line that a Request-URI names: by the user part of its Contact, or by its number. A URI without a user
// means the first line. Nothing when no line is named.
std::optional<uint32_t> line_called(const Settings& settings, std::string_view request_uri);

bool is_emergency(const Settings& settings, std::string_view number);

}  // namespace phone::signaling
