// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <string_view>
#include <vector>

#include "services/signaling/feature/feature.hpp"

namespace phone::signaling {

// Who is in a conference: the CiscoIPPhoneMenu of ConfList (cucm-calls.md 2.5). "- " before a name is muted, "+ "
// talking; the last field of the item's URL names the participant. At most kMostParticipants; clean.
inline constexpr size_t kMostParticipants = 100;
inline constexpr size_t kLargestMenu = 16384;
absl::StatusOr<std::vector<Participant>> read_conference_menu(std::string_view xml);

}  // namespace phone::signaling
