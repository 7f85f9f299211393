// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/network_access/access/access_profile.hpp"
#include "services/network_access/dot1x/eap_profile.hpp"
#include "services/network_access/dot1x/own_certificate.hpp"

namespace phone::network {

// The supplicant's settings on one port, with the content of the files it reads.
struct SupplicantSetup {
  std::vector<Setting> settings;
  OwnCertificate own;
  std::vector<std::string> anchors;
  friend bool operator==(const SupplicantSetup&, const SupplicantSetup&) = default;
};

// A setup, or why there is none.
std::variant<SupplicantSetup, NoCertificate> supplicant_setup(const AccessProfile& profile, const AccessPolicy& policy,
                                                              const std::vector<OwnCertificate>& certificates,
                                                              EapEnvironment surroundings, absl::Time now);

}  // namespace phone::network
