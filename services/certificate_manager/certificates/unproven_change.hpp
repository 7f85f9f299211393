// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"
#include "services/certificate_manager/certificates/installation.hpp"

// Changes of a certificate that no registration proves, the user's: they have no trial; the one on flash is in force.
// Both answer with the keys that nothing needs any more; with an error nothing has changed.
namespace phone::certificates {

absl::StatusOr<std::vector<KeyId>> replace_unproven(const std::filesystem::path& state, Kind kind, Chain chain,
                                                    Certificates& held);
// One of that kind is held.
absl::StatusOr<std::vector<KeyId>> drop_unproven(const std::filesystem::path& state, Kind kind, Certificates& held);

}  // namespace phone::certificates
