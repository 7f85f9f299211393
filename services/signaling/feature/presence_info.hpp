// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <string_view>

#include "services/signaling/feature/feature.hpp"

namespace phone::signaling {

// What a PIDF document says of a watched number (cucm-calls.md 4): open is idle unless an activity says more; closed is
// unknown. INVALID_ARGUMENT for what is no such document.
inline constexpr size_t kLargestPresence = 8192;
absl::StatusOr<WatchedState> read_presence(std::string_view xml);

}  // namespace phone::signaling
