// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The settings on flash, so that a restart does not wait for policy.
#pragma once

#include <filesystem>

#include "absl/status/status.h"
#include "services/trust_store/state/settings.hpp"

namespace phone::trust {

// The defaults when there is none. Damaged: what it said is unknown, so the settings stay locked until policy sends
// them.
Settings load_settings(const std::filesystem::path& directory);
absl::Status store_settings(const std::filesystem::path& directory, const Settings& settings);

}  // namespace phone::trust
