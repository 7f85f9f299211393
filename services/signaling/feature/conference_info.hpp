// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <string_view>
#include <vector>

#include "services/signaling/feature/feature.hpp"

namespace phone::signaling {

// conference-info (RFC 4575) as the body of an INFO of the packages conference and x-cisco-conference (cucm-calls.md
// 2.3). CUCM's own form is published nowhere (section U 3): that it is RFC 4575's, with an element `security` of each
// endpoint, is ours. Names are read without prefix and case.
struct ConferenceInfo {
  bool full = true;  // who is not named is not in it
  std::vector<Participant> present;
  std::vector<std::string> gone;  // participants
};
inline constexpr size_t kLargestConferenceInfo = 32768;
absl::StatusOr<ConferenceInfo> read_conference_info(std::string_view xml);

// The participants after this was told.
std::vector<Participant> told_by(const ConferenceInfo& info, std::vector<Participant> before);

}  // namespace phone::signaling
