// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/status/status.h"
#include "services/network_access/access/access_profile.hpp"
#include "services/network_access/access/supplicant_setup.hpp"
#include "services/network_access/dot1x/credential_directory.hpp"

namespace phone::network {

// Anchors, certificate and PAC of `owner`, as far as the profile uses them.
absl::Status write_files(const SupplicantSetup& setup, const AccessProfile& profile, const std::string& owner,
                         CredentialDirectory& files);

}  // namespace phone::network
