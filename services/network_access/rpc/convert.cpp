// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/rpc/convert.hpp"

#include <google/protobuf/util/time_util.h>

#include <optional>
#include <utility>

#include "common/crypto/x509.hpp"
#include "common/mesh/call/settings.hpp"
#include "common/text/foreign_text.hpp"
#include "services/network_access/rpc/network_enums.hpp"
#include "services/network_access/wlan/refusals.hpp"

namespace phone::network {
namespace {

constexpr std::uint32_t kLastVlan = 4094;

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
  return to;
}

void wipe(v1::WlanProfile& profile) {
  crypto::wipe(*profile.mutable_key());
  crypto::wipe(*profile.mutable_password());
}

v1::WlanFacts to_message(const WlanAccess& access, const WlanLink& link) {
  v1::WlanFacts to;
  *to.mutable_access() = to_message(access.status);
  to.set_ssid(escaped_ssid(access.ssid));
  to.set_security(access.security);
  to.set_unprotected(access.unprotected);
  to.set_access_point(link.address);
  to.set_frequency_megahertz(link.frequency);
  to.set_signal_dbm(link.signal);
  to.set_key_management(link.key_management);
  to.set_cipher(link.cipher);
  to.set_protected_management(link.protected_management);
  to.set_roams(link.roams);
  to.set_roams_failed(link.roams_failed);
  if (!link.last_roam) return to;
  auto& roam = *to.mutable_last_roam();
  roam.set_from(link.last_roam->from);
  roam.set_to(link.last_roam->to);
  roam.set_gap_milliseconds(static_cast<std::uint32_t>(link.last_roam->gap.count()));
  roam.set_fast(link.last_roam->fast);
  roam.set_over_the_ds(link.last_roam->over_the_ds);
  roam.set_signal_before_dbm(link.last_roam->signal_before);
  roam.mutable_at()->set_seconds(absl::ToUnixSeconds(link.last_roam->at));
  return to;
}

v1::PcPort to_message(const PcPortFacts& facts) {
  v1::PcPort to;
  to.set_enabled(facts.enabled);
  to.set_link_up(facts.link_up);
  for (const auto& station : facts.stations) {
    auto& one = *to.add_station();
    one.set_hardware_address(station.hardware_address);
    one.set_authenticated(station.authenticated);
  }
  to.set_frames_forwarded(facts.frames_forwarded);
  to.set_frames_refused(facts.frames_refused);
  return to;
}

const char* word(IpMode mode) {
  switch (mode) {
    case IpMode::kBoth:
      return "IPv4 and IPv6";
    case IpMode::kV4:
      return "IPv4";
    case IpMode::kV6:
      return "IPv6";
  }
  return "";
}

// What this process does about each element, not what it was told.
void put_settings(const Facts& facts, mesh::SettingsInForce* to) {
  const PortInForce& port = facts.in_force;
  if (facts.pc_port) {
    mesh::add_switch(to, "vendorConfig/pcPort", facts.pc_port->enabled);
    mesh::add_switch(to, "vendorConfig/voiceVlanAccess", facts.pc_port->enabled && facts.pc_port->vlan_access);
  } else {
    mesh::add_switch(to, "vendorConfig/pcPort", false, "this phone has no PC port");
    mesh::add_switch(to, "vendorConfig/voiceVlanAccess", false, "this phone has no PC port");
  }
  mesh::add_switch(to, "vendorConfig/garp", port.gratuitous_arp);
  mesh::add_switch(to, "vendorConfig/eapAuthentication", facts.access.state != AccessState::kDisabled);
  if (facts.wlan) {
    mesh::add_switch(to, "vendorConfig/wifi", facts.wlan->status.state != AccessState::kDisabled);
  } else {
    mesh::add_switch(to, "vendorConfig/wifi", false, "this phone has no WLAN");
  }
  const auto& policy = port.policy;
  const auto told = [&](bool value) { return policy ? std::optional(value) : std::nullopt; };
  const DiscoveryPolicy spoken = policy ? policy->discovery : DiscoveryPolicy();
  const bool lldp = facts.learned.lldp_daemon;
  mesh::add_switch(to, "vendorConfig/enableCdpSwPort", told(spoken.cdp_switch));
  mesh::add_switch(to, "vendorConfig/enableCdpPcPort", told(spoken.cdp_pc && facts.pc_port.has_value()));
  mesh::add_switch(to, "vendorConfig/enableLldpSwPort", told(spoken.lldp_switch && lldp),
                   spoken.lldp_switch && !lldp ? "lldpd is not running" : "");
  mesh::add_switch(to, "vendorConfig/enableLldpPcPort", told(spoken.lldp_pc && lldp && facts.pc_port.has_value()));
  mesh::add_switch(to, "vendorConfig/voiceVlan", told(policy && policy->voice_vlan));
  mesh::add_value(to, "ipAddressMode", policy ? word(policy->ip) : "");
}

}  // namespace

v1::WiredAccess to_message(const AccessStatus& status) {
  v1::WiredAccess to;
  to.set_state(kAccessStates.to_proto(status.state));
  to.set_cause(kAccessCauses.to_proto(status.cause));
  to.set_cause_text(sentence(status.cause));
  to.set_detail(status.detail);
  to.set_cure(cure(status.cause));
  to.set_method(status.method);
  to.set_tls_version(status.tls_version);
  to.set_identity(status.identity);
  to.set_server_subject(status.server_subject);
  if (const auto leaf = crypto::Certificate::parse(status.server_certificate); leaf.ok()) {
    to.set_server_subject(text::printable(leaf->subject()));
    to.set_server_issuer(text::printable(leaf->issuer()));
    to.mutable_server_not_after()->set_seconds(absl::ToUnixSeconds(leaf->not_after()));
  }
  to.set_provisioning(status.provisioning);
  to.set_failures(status.failures);
  to.set_own_certificate(status.own_certificate);
  for (const AccessStep& step : status.story) {
    auto& one = *to.add_story();
    *one.mutable_at() = google::protobuf::util::TimeUtil::NanosecondsToTimestamp(absl::ToUnixNanos(step.at));
    one.set_by(kAccessParties.to_proto(step.by));
    one.set_what(step.what);
  }
  return to;
}

v1::NetworkFacts to_message(const Facts& facts) {
  v1::NetworkFacts to;
  to.set_version(facts.version);
  to.set_port(facts.port);
  to.set_link_up(facts.link_up);
  to.set_hardware_address(facts.hardware_address);
  for (const auto& address : facts.addresses) to.add_address(address);
  for (const auto& server : facts.provisioning.servers) to.add_provisioning_server(server);
  to.set_provisioning_source(facts.provisioning.source);
  const Resolving by = resolving(facts);
  to.set_domain(by.domain);
  for (const auto& server : by.servers) to.add_dns_server(server);
  to.set_speed_megabits(facts.speed_megabits);
  to.set_dhcp_server(facts.dhcp_server);
  for (const auto& one : facts.dhcp_left_out) to.add_dhcp_left_out(one);
  *to.mutable_dhcp() = to_message(facts.dhcp);
  *to.mutable_ipv6() = to_message(facts.ipv6);
  *to.mutable_wired_access() = to_message(facts.access);
  if (facts.wlan) *to.mutable_wlan() = to_message(*facts.wlan, facts.wlan_link);
  if (facts.pc_port) *to.mutable_pc_port() = to_message(*facts.pc_port);
  if (const auto& neighbour = facts.learned.neighbour) {
    to.set_voice_vlan(neighbour->voice_vlan);
    to.mutable_neighbour()->set_system(neighbour->system);
    to.mutable_neighbour()->set_port(neighbour->port);
    to.mutable_neighbour()->set_protocol(neighbour->protocol);
  }
  to.set_voice_vlan_in_force(facts.learned.voice_vlan);
  to.set_lldp_running(facts.learned.lldp_daemon);
  to.set_discovery_set_aside(facts.learned.set_aside);
  put_settings(facts, to.mutable_setting());
  return to;
}

IpMode ip_mode(std::uint32_t from) { return from == 1 ? IpMode::kV4 : from == 2 ? IpMode::kV6 : IpMode::kBoth; }

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
  return profile;
}

std::string encode(const Facts& facts) {
  v1::NetworkFacts to = to_message(facts);
  to.clear_wired_access();
  to.clear_wlan();
  to.clear_pc_port();
  to.clear_voice_vlan();
  to.clear_neighbour();
  to.clear_lldp_running();
  to.clear_dhcp_left_out();
  to.clear_dhcp();
  to.clear_ipv6();
  to.clear_setting();
  return to.SerializeAsString();
}

absl::StatusOr<Facts> decode(std::string_view bytes) {
  v1::NetworkFacts from;
  if (!from.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || from.version() == 0) {
    return absl::DataLossError("the stored profile cannot be read");
  }
  Facts facts{
      .version = from.version(), .port = from.port(), .domain = from.domain(), .dhcp_server = from.dhcp_server()};
  facts.provisioning.servers.assign(from.provisioning_server().begin(), from.provisioning_server().end());
  facts.provisioning.source = from.provisioning_source();
  facts.dns.assign(from.dns_server().begin(), from.dns_server().end());
  if (from.voice_vlan_in_force() <= kLastVlan) facts.learned.voice_vlan = from.voice_vlan_in_force();
  return facts;
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
  crypto::Secret bytes(to.SerializeAsString());
  crypto::wipe(*to.mutable_profile()->mutable_password());
  return bytes;
}

absl::StatusOr<StoredAccess> decode_access(std::string_view bytes) {
  v1::StoredAccess from;
  if (!from.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("the stored 802.1X profile cannot be read");
  }
  auto profile = to_profile(from.profile());
  crypto::wipe(*from.mutable_profile()->mutable_password());
  if (!profile.ok()) return profile.status();
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
  return stored;
}

crypto::Secret encode(const WlanProfile& profile) {
  v1::StoredWlan to;
  *to.mutable_profile() = to_message(profile);
  to.set_password_cleared(profile.cleared);
  for (const auto& address : profile.known) to.add_known_access_point(address);
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
  return profile;
}

}  // namespace phone::network
