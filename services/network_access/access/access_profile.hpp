// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <variant>
#include <vector>

#include "services/network_access/access/access_policy.hpp"
#include "services/network_access/access/access_session.hpp"
#include "services/network_access/dot1x/eap_profile.hpp"
#include "services/network_access/dot1x/own_certificate.hpp"
#include "services/network_access/wlan/wlan_profile.hpp"

// Access asks these of a profile of either kind of port.
namespace phone::network {

using AccessProfile = std::variant<EapProfile, WlanProfile>;

Medium medium_of(const AccessProfile& profile);
// A wire also by policy; a WLAN never against it.
bool enabled(const AccessProfile& own, const AccessPolicy& policy);
absl::Status check_profile(const AccessProfile& profile, const tls::Policy& policy);
absl::StatusOr<std::vector<Setting>> supplicant_settings(const AccessProfile& profile, const EapEnvironment& around);
std::string identity_of(const AccessProfile& profile, const EapEnvironment& around);  // empty: no EAP
std::string method_of(const AccessProfile& profile);                                  // as a user reads it
bool shows_certificate(const AccessProfile& profile);                                 // EAP-TLS
bool keeps_pac(const AccessProfile& profile);                                         // a PAC
// Of those in `installed` the one to show.
std::variant<OwnCertificate, NoCertificate> choose_own(const AccessProfile& profile, const AccessPolicy& policy,
                                                       const std::vector<OwnCertificate>& installed, absl::Time now);
std::string key_uri(const AccessProfile& profile, EapCertificate kind);
const std::vector<std::string>& anchors_of(const AccessProfile& profile);
// Empty without EAP: there is no server to check.
Attempt attempt_of(const AccessProfile& profile, const EapEnvironment& around, bool provisioning);

}  // namespace phone::network
