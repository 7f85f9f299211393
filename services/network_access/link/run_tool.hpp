// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace phone::network {

// Runs `ip` or `tc` (iproute2) with these arguments and no shell, and waits for its end, some milliseconds. INTERNAL
// with the command when it fails.
absl::Status run_tool(const std::vector<std::string>& words);

}  // namespace phone::network
