// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/access/access_profile.hpp"

#include <algorithm>

namespace phone::network {
namespace {

const WlanProfile* wlan(const AccessProfile& profile) { return std::get_if<WlanProfile>(&profile); }
const EapProfile& wire(const AccessProfile& profile) { return std::get<EapProfile>(profile); }

EapCertificate certificate_of(const AccessProfile& profile) {
  return wlan(profile) != nullptr ? wlan(profile)->certificate : wire(profile).certificate;
}

}  // namespace

Medium medium_of(const AccessProfile& profile) { return wlan(profile) != nullptr ? Medium::kWlan : Medium::kWire; }

bool enabled(const AccessProfile& own, const AccessPolicy& policy) {
  if (const auto* one = wlan(own)) {
    const bool locked = std::ranges::any_of(policy.wlans, &ConfiguredWlan::locked);
    return !policy.wlan_off && (locked || one->enabled || (!policy.wlans.empty() && !one->switched_off));
  }
  return policy.enabled || (wire(own).enabled && !policy.disabled);
}

absl::Status check_profile(const AccessProfile& profile, const tls::Policy& policy) {
  return std::visit([&](const auto& one) { return check_profile(one, policy); }, profile);
}

absl::StatusOr<std::vector<Setting>> supplicant_settings(const AccessProfile& profile, const EapEnvironment& around) {
  return std::visit([&](const auto& one) { return supplicant_settings(one, around); }, profile);
}

std::string identity_of(const AccessProfile& profile, const EapEnvironment& around) {
  return std::visit([&](const auto& one) { return eap_identity(one, around); }, profile);
}

std::string method_of(const AccessProfile& profile) {
  return wlan(profile) != nullptr ? method_of(*wlan(profile)) : name_of(wire(profile).method);
}

bool shows_certificate(const AccessProfile& profile) {
  if (const auto* one = wlan(profile)) return has_eap(*one) && one->eap == WlanEap::kTls;
  return wire(profile).method == EapMethod::kTls;
}

bool keeps_pac(const AccessProfile& profile) {
  return wlan(profile) != nullptr ? keeps_pac(*wlan(profile)) : wire(profile).method == EapMethod::kFast;
}

std::variant<OwnCertificate, NoCertificate> choose_own(const AccessProfile& profile, const AccessPolicy& policy,
                                                       const std::vector<OwnCertificate>& installed, absl::Time now) {
  const auto allowed = wlan(profile) != nullptr ? wlan_kinds(policy.lsc_for_wlan) : wired_kinds();
  return choose_own(certificate_of(profile), allowed, installed, now);
}

std::string key_uri(const AccessProfile& profile, EapCertificate kind) {
  return key_uri(wlan(profile) != nullptr ? "wlan" : "wired", kind);
}

const std::vector<std::string>& anchors_of(const AccessProfile& profile) {
  return wlan(profile) != nullptr ? wlan(profile)->anchors : wire(profile).anchors;
}

Attempt attempt_of(const AccessProfile& profile, const EapEnvironment& around, bool provisioning) {
  return {
      .medium = medium_of(profile),
      .method = method_of(profile),
      .identity = identity_of(profile, around),
      .eap = wlan(profile) == nullptr || has_eap(*wlan(profile)),
      .tls_alone = shows_certificate(profile),
      .silent_password = wlan(profile) != nullptr && has_eap(*wlan(profile)) && wlan(profile)->eap == WlanEap::kPeapGtc,
      .provisioning = provisioning};
}

}  // namespace phone::network
