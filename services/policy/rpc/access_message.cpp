// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/rpc/access_message.hpp"

#include <string>
#include <vector>

#include "services/policy/rpc/policy_enums.hpp"

namespace phone::policy {
namespace {

template <class List>
std::vector<std::string> strings(const List& from) {
  return {from.begin(), from.end()};
}

void put(const EapEntry& from, v1::ConfiguredEap& to) {
  auto& profile = *to.mutable_profile();
  profile.set_method(kEapMethods.to_proto(from.method));
  profile.set_identity(from.identity);
  profile.set_password(from.password);
  for (const auto& der : from.authorities) profile.add_authority(der);
  for (const auto& name : from.servers) profile.add_server(name);
  profile.set_certificate(kShownCertificates.to_proto(from.certificate));
  to.set_refused(from.refused);
}

EapEntry take(const v1::ConfiguredEap& from) {
  const auto& profile = from.profile();
  return {.method = kEapMethods.from_proto(profile.method()).value_or(EapMethod::kTls),
          .identity = profile.identity(),
          .password = profile.password(),
          .authorities = strings(profile.authority()),
          .servers = strings(profile.server()),
          .certificate = kShownCertificates.from_proto(profile.certificate()).value_or(ShownCertificate::kBest),
          .refused = from.refused()};
}

void put(const WlanEntry& from, network::v1::ConfiguredWlan& to) {
  auto& profile = *to.mutable_profile();
  profile.set_enabled(true);
  profile.set_ssid(from.ssid);
  profile.set_security(kWlanSecurities.to_proto(from.security));
  profile.set_method(kWlanMethods.to_proto(from.method));
  profile.set_key(from.key);
  profile.set_user(from.user);
  profile.set_password(from.password);
  for (const auto& der : from.authorities) profile.add_authority(der);
  for (const auto& name : from.servers) profile.add_server(name);
  profile.set_certificate(kShownCertificates.to_proto(from.certificate));
  profile.set_band(kWlanBands.to_proto(from.band));
  profile.set_over_the_ds(from.fast_roaming == FastRoaming::kOverTheDs);
  profile.set_fast_roaming_off(from.fast_roaming == FastRoaming::kOff);
  profile.set_compatible(from.compatible);
  profile.set_gcmp(from.gcmp);
  to.set_locked(from.locked);
  to.set_refused(from.refused);
}

WlanEntry take(const network::v1::ConfiguredWlan& from) {
  const auto& profile = from.profile();
  return {.ssid = profile.ssid(),
          .security = kWlanSecurities.from_proto(profile.security()).value_or(WlanSecurity::kEnterprise),
          .method = kWlanMethods.from_proto(profile.method()).value_or(WlanMethod::kAuto),
          .key = profile.key(),
          .user = profile.user(),
          .password = profile.password(),
          .authorities = strings(profile.authority()),
          .servers = strings(profile.server()),
          .certificate = kShownCertificates.from_proto(profile.certificate()).value_or(ShownCertificate::kBest),
          .band = kWlanBands.from_proto(profile.band()).value_or(WlanBand::kAny),
          .fast_roaming = profile.fast_roaming_off() ? FastRoaming::kOff
                          : profile.over_the_ds()    ? FastRoaming::kOverTheDs
                                                     : FastRoaming::kOverTheAir,
          .compatible = profile.compatible(),
          .gcmp = profile.gcmp(),
          .locked = from.locked(),
          .refused = from.refused()};
}

}  // namespace

void put_access(const Configuration& from, v1::EffectivePolicy& to) {
  if (from.eap) put(*from.eap, *to.mutable_eap_profile());
  for (const WlanEntry& wlan : from.wlans) put(wlan, *to.add_wlan_profile());
  to.set_date_template(from.date_template);
  for (const auto& server : from.ntp_servers) to.add_ntp_server(server);
}

void take_access(const v1::EffectivePolicy& from, Configuration& to) {
  if (from.has_eap_profile()) to.eap = take(from.eap_profile());
  for (const auto& wlan : from.wlan_profile()) to.wlans.push_back(take(wlan));
  to.date_template = from.date_template();
  to.ntp_servers.assign(from.ntp_server().begin(), from.ntp_server().end());
}

void clear_access_secrets(v1::EffectivePolicy& policy) {
  if (policy.has_eap_profile()) policy.mutable_eap_profile()->mutable_profile()->clear_password();
  for (auto& wlan : *policy.mutable_wlan_profile()) {
    wlan.mutable_profile()->clear_key();
    wlan.mutable_profile()->clear_password();
  }
}

}  // namespace phone::policy
