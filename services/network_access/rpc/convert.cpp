// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/rpc/convert.hpp"

#include <google/protobuf/util/time_util.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/crypto/x509.hpp"
#include "common/mesh/call/settings.hpp"
#include "common/text/foreign_text.hpp"
#include "services/network_access/rpc/network_enums.hpp"
#include "services/network_access/wlan/refusals.hpp"

namespace phone::network {
namespace {

constexpr std::uint32_t kLastVlan = 4094;

v1::WlanFacts to_message(const WlanAccess& access, const WlanLink& link) {
  v1::WlanFacts to;
  *to.mutable_access() = to_message(access.status);
  to.set_ssid(escaped_ssid(access.ssid));
  to.set_security(access.security);
  to.set_unprotected(access.unprotected);
  to.set_compatible(access.compatible);
  to.set_band(kWlanBands.to_proto(access.band));
  to.set_fast_roaming(access.fast_roaming);
  to.set_locked(access.status.source.locked);
  for (const ProfileChoice& one : access.status.choices) {
    auto& choice = *to.add_choice();
    choice.set_ssid(escaped_ssid(one.ssid));
    choice.set_source(one.source);
    choice.set_method(one.method);
    choice.set_in_force(one.in_force);
    choice.set_refused(one.refused);
  }
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
  const bool dot1x = facts.access.state != AccessState::kDisabled;
  mesh::add_switch(
      to, "vendorConfig/eapAuthentication", dot1x,
      facts.access.source.profile.empty() ? "" : absl::StrCat("as ", facts.access.source.profile, " has it"));
  if (dot1x) {
    mesh::add_value(to, "vendorConfig/eapMethod", facts.access.method);
    mesh::add_value(to, "vendorConfig/eapIdentity", facts.access.identity);
    mesh::add_value(to, "vendorConfig/eapCertificate", facts.access.own_certificate);
    mesh::add_value(to, "vendorConfig/eapServer", absl::StrJoin(facts.access.source.servers, ", "));
    mesh::add_value(to, "vendorConfig/eapAuthority", absl::StrJoin(facts.access.source.authorities, ", "));
  }
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
  mesh::add_value(to, "devicePool/dateTimeSetting/ntps/ntp/name", absl::StrJoin(facts.time.servers, ", "));
  mesh::add_value(to, "devicePool/dateTimeSetting/dateTemplate", facts.time.date_template);
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
  to.set_profile_source(status.source.profile);
  for (const auto& one : status.source.authorities) to.add_authority(one);
  for (const auto& one : status.source.servers) to.add_server_name(one);
  for (const AccessStep& step : status.story) {
    auto& one = *to.add_story();
    *one.mutable_at() = google::protobuf::util::TimeUtil::NanosecondsToTimestamp(absl::ToUnixNanos(step.at));
    one.set_by(kAccessParties.to_proto(step.by));
    one.set_what(step.what);
  }
  return to;
}

v1::TimeService to_message(const TimeFacts& time) {
  v1::TimeService to;
  const auto put = [](absl::Time moment, google::protobuf::Timestamp& at) {
    at.set_seconds(absl::ToUnixSeconds(moment));
  };
  to.set_known(time.known);
  to.set_text(time.text);
  for (const auto& server : time.servers) to.add_server(server);
  to.set_server_source(time.server_source);
  to.set_synchronized(time.synchronized);
  put(time.floor, *to.mutable_floor());
  to.set_floor_source(time.floor_source);
  to.set_time_zone(time.zone);
  to.set_date_template(time.date_template);
  if (time.call_manager_date) put(*time.call_manager_date, *to.mutable_call_manager_date());
  to.set_set_by(text::printable(time.set_by));
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
  *to.mutable_time() = to_message(facts.time);
  put_settings(facts, to.mutable_setting());
  return to;
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
  to.clear_time();
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

}  // namespace phone::network
