// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <vector>

#include "phone/policy/v1/policy.pb.h"
#include "services/policy/configuration/remarks.hpp"

namespace phone::policy {

// The table of elements with what a configuration says of each, then its elements that the table does not have.
v1::ListSettingsReply to_settings(const std::vector<ConfiguredElement>& configured);

}  // namespace phone::policy
