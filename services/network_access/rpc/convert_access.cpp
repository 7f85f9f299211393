// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <utility>

#include "services/network_access/rpc/convert.hpp"
#include "services/network_access/rpc/network_enums.hpp"
#include "services/network_access/wlan/refusals.hpp"

// Profiles, and what outlives a restart.
namespace phone::network {
namespace {

constexpr std::size_t kMostConfigured = 4;

// As the call manager's ipAddressMode has it.
std::uint32_t number_of(IpMode mode) {
  switch (mode) {
    case IpMode::kBoth:
      return 0;
    case IpMode::kV4:
      return 1;
    case IpMode::kV6:
      return 2;
  }
  return 0;
}

v1::WiredProfile to_message(const EapProfile& profile) {
  v1::WiredProfile to;
  to.set_enabled(profile.enabled);
  to.set_method(kWiredMethods.to_proto(profile.method));
  to.set_identity(profile.identity);
  to.set_password(std::string(profile.password.view()));
  for (const auto& der : profile.anchors) to.add_authority(der);
  for (const auto& name : profile.servers) to.add_server(name);
  to.set_certificate(kCertificates.to_proto(profile.certificate));
  return to;
}

v1::WlanProfile to_message(const WlanProfile& profile) {
  v1::WlanProfile to;
  to.set_enabled(profile.enabled);
  to.set_ssid(profile.ssid);
  to.set_security(kWlanSecurities.to_proto(profile.security));
  to.set_method(kWlanMethods.to_proto(profile.eap));
  to.set_key(std::string(profile.key.view()));
  to.set_user(profile.user);
  to.set_password(std::string(profile.password.view()));
  for (const auto& der : profile.anchors) to.add_authority(der);
  for (const auto& name : profile.servers) to.add_server(name);
  to.set_compatible(profile.compatible);
  to.set_certificate(kCertificates.to_proto(profile.certificate));
  to.set_over_the_ds(profile.over_the_ds);
  to.set_fast_roaming_off(!profile.fast_roaming);
  to.set_band(kWlanBands.to_proto(profile.band));
  to.set_gcmp(profile.gcmp);
  return to;
}

void wipe(v1::WlanProfile& profile) {
  crypto::wipe(*profile.mutable_key());
  crypto::wipe(*profile.mutable_password());
}

void wipe(v1::StoredAccess& stored) {
  crypto::wipe(*stored.mutable_profile()->mutable_password());
  if (stored.has_configured_profile()) crypto::wipe(*stored.mutable_configured_profile()->mutable_password());
  for (auto& wlan : *stored.mutable_configured_wlan()) wipe(*wlan.mutable_profile());
}

}  // namespace

IpMode ip_mode(std::uint32_t from) { return from == 1 ? IpMode::kV4 : from == 2 ? IpMode::kV6 : IpMode::kBoth; }

ConfiguredEap configured_eap(const v1::WiredProfile& from, const std::string& refused) {
  auto profile = to_profile(from);
  if (!profile.ok()) return {.profile = {}, .refused = std::string(profile.status().message())};
  return {.profile = *std::move(profile), .refused = refused};
}

std::vector<ConfiguredWlan> configured_wlans(const google::protobuf::RepeatedPtrField<v1::ConfiguredWlan>& from) {
  std::vector<ConfiguredWlan> wlans;
  for (const v1::ConfiguredWlan& one : from) {
    if (wlans.size() == kMostConfigured) break;
    auto profile = to_profile(one.profile());
    ConfiguredWlan wlan{.profile = {}, .locked = one.locked(), .refused = one.refused()};
    if (profile.ok()) {
      wlan.profile = *std::move(profile);
    } else {
      wlan.profile.ssid = one.profile().ssid();
      wlan.refused = std::string(profile.status().message());
    }
    wlans.push_back(std::move(wlan));
  }
  return wlans;
}

absl::StatusOr<EapProfile> to_profile(const v1::WiredProfile& from) {
  EapProfile profile;
  profile.enabled = from.enabled();
  const auto method = kWiredMethods.from_proto(from.method());
  if (from.enabled() && !method) return absl::InvalidArgumentError("the EAP method is missing");
  const auto certificate = kCertificates.from_proto(from.certificate());
  if (!certificate || *certificate == EapCertificate::kUser) {
    return absl::InvalidArgumentError("the certificate must be the MIC or the LSC");
  }
  profile.method = method.value_or(EapMethod::kTls);
  profile.identity = from.identity();
  profile.password = crypto::Secret::copy_of(from.password());
  profile.anchors.assign(from.authority().begin(), from.authority().end());
  profile.servers.assign(from.server().begin(), from.server().end());
  profile.certificate = *certificate;
  return profile;
}

absl::StatusOr<WlanProfile> to_profile(const v1::WlanProfile& from) {
  WlanProfile profile;
  profile.enabled = from.enabled();
  const auto security = kWlanSecurities.from_proto(from.security());
  const auto method = kWlanMethods.from_proto(from.method());
  if ((!security && from.security() != v1::WLAN_SECURITY_UNSPECIFIED) ||
      (!method && from.method() != v1::WLAN_METHOD_UNSPECIFIED)) {
    return absl::InvalidArgumentError("unknown security or EAP method");
  }
  const bool enterprise = security == WlanSecurity::kEnterprise || security == WlanSecurity::kEnterprise3;
  if (from.enabled() && (!security || (enterprise && !method))) {
    return absl::InvalidArgumentError("the security or EAP method is missing");
  }
  const auto certificate = kCertificates.from_proto(from.certificate());
  if (!certificate) {
    return absl::InvalidArgumentError("the certificate must be the MIC, the LSC or the user certificate");
  }
  profile.ssid = from.ssid();
  if (security) profile.security = *security;
  if (method) profile.eap = *method;
  profile.key = crypto::Secret::copy_of(from.key());
  profile.user = from.user();
  profile.password = crypto::Secret::copy_of(from.password());
  profile.anchors.assign(from.authority().begin(), from.authority().end());
  profile.servers.assign(from.server().begin(), from.server().end());
  profile.compatible = from.compatible();
  profile.ckip = from.ckip();
  profile.certificate = *certificate;
  profile.over_the_ds = from.over_the_ds();
  profile.fast_roaming = !from.fast_roaming_off();
  const auto band = kWlanBands.from_proto(from.band());
  if (!band) return absl::InvalidArgumentError("unknown frequency band");
  profile.band = *band;
  profile.gcmp = from.gcmp();
  return profile;
}

crypto::Secret encode(const StoredAccess& stored) {
  v1::StoredAccess to;
  *to.mutable_profile() = to_message(stored.profile);
  to.set_enabled_by_policy(stored.access.enabled);
  to.set_disabled_by_policy(stored.access.disabled);
  to.set_settings_lock(static_cast<std::uint32_t>(stored.access.lock));
  tls::put_policy(stored.access.tls, to);
  to.set_pc_port_disabled(stored.port.pc_disabled);
  to.set_voice_vlan_access(stored.port.vlan_access);
  to.set_gratuitous_arp(stored.port.gratuitous_arp);
  to.set_voice_vlan_disabled(!stored.port.voice_vlan);
  to.set_cdp_switch_port_disabled(!stored.port.discovery.cdp_switch);
  to.set_cdp_pc_port(stored.port.discovery.cdp_pc);
  to.set_lldp_switch_port_disabled(!stored.port.discovery.lldp_switch);
  to.set_lldp_pc_port(stored.port.discovery.lldp_pc);
  to.set_ip_address_mode(number_of(stored.port.ip));
  to.set_wlan_disabled(stored.access.wlan_off);
  to.set_lsc_for_wlan(stored.access.lsc_for_wlan);
  if (const auto& eap = stored.access.eap) {
    *to.mutable_configured_profile() = to_message(eap->profile);
    to.set_configured_refused(eap->refused);
  }
  for (const ConfiguredWlan& one : stored.access.wlans) {
    auto& wlan = *to.add_configured_wlan();
    *wlan.mutable_profile() = to_message(one.profile);
    wlan.set_locked(one.locked);
    wlan.set_refused(one.refused);
  }
  crypto::Secret bytes(to.SerializeAsString());
  wipe(to);
  return bytes;
}

absl::StatusOr<StoredAccess> decode_access(std::string_view bytes) {
  v1::StoredAccess from;
  if (!from.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("the stored 802.1X profile cannot be read");
  }
  auto profile = to_profile(from.profile());
  if (!profile.ok()) {
    wipe(from);
    return profile.status();
  }
  StoredAccess stored{.profile = *std::move(profile),
                      .access = {.enabled = from.enabled_by_policy(),
                                 .disabled = from.disabled_by_policy(),
                                 .wlan_off = from.wlan_disabled(),
                                 .lsc_for_wlan = from.lsc_for_wlan(),
                                 .lock = settings::lock_of(static_cast<int>(from.settings_lock()))},
                      .port = {.pc_disabled = from.pc_port_disabled(),
                               .vlan_access = from.voice_vlan_access(),
                               .gratuitous_arp = from.gratuitous_arp(),
                               .voice_vlan = !from.voice_vlan_disabled(),
                               .discovery = {.cdp_switch = !from.cdp_switch_port_disabled(),
                                             .cdp_pc = from.cdp_pc_port(),
                                             .lldp_switch = !from.lldp_switch_port_disabled(),
                                             .lldp_pc = from.lldp_pc_port()},
                               .ip = ip_mode(from.ip_address_mode())}};
  stored.access.tls = tls::policy_of(from);
  if (from.has_configured_profile()) {
    stored.access.eap = configured_eap(from.configured_profile(), from.configured_refused());
  }
  stored.access.wlans = configured_wlans(from.configured_wlan());
  wipe(from);
  return stored;
}

crypto::Secret encode(const WlanProfile& profile) {
  v1::StoredWlan to;
  *to.mutable_profile() = to_message(profile);
  to.set_password_cleared(profile.cleared);
  for (const auto& address : profile.known) to.add_known_access_point(address);
  to.set_switched_off(profile.switched_off);
  for (const RememberedWlan& one : profile.remembered) {
    auto& remembered = *to.add_remembered();
    remembered.set_profile(one.profile);
    remembered.set_password_cleared(one.cleared);
    for (const auto& address : one.known) remembered.add_known_access_point(address);
  }
  crypto::Secret bytes(to.SerializeAsString());
  wipe(*to.mutable_profile());
  return bytes;
}

absl::StatusOr<WlanProfile> decode_wlan(std::string_view bytes) {
  v1::StoredWlan from;
  if (!from.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("the stored WLAN profile cannot be read");
  }
  auto profile = to_profile(from.profile());
  wipe(*from.mutable_profile());
  if (!profile.ok()) return profile;
  profile->cleared = from.password_cleared();
  for (const auto& address : from.known_access_point()) make_known(*profile, address);
  profile->switched_off = from.switched_off();
  for (const auto& one : from.remembered()) {
    if (profile->remembered.size() == kMostConfigured) break;
    WlanProfile known;
    for (const auto& address : one.known_access_point()) make_known(known, address);
    profile->remembered.push_back(
        {.profile = one.profile(), .cleared = one.password_cleared(), .known = std::move(known.known)});
  }
  return profile;
}

}  // namespace phone::network
