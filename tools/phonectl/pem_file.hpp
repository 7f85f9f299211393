// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>
#include <string>
#include <vector>

namespace phone::phonectl {

// The certificates of a PEM file as DER, at most 16. INVALID_ARGUMENT when there is none. What they are worth is judged
// by the phone.
absl::StatusOr<std::vector<std::string>> certificates_of(const std::string& file);

}  // namespace phone::phonectl
