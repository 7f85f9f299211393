// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace phone::network {

// Runs `ip` or `tc` (iproute2) to its end, with these words and no shell. Blocks some milliseconds; INTERNAL with its
// first words when it refuses.
absl::Status run_tool(const std::vector<std::string>& words);

}  // namespace phone::network
