// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/rpc/policy_message.hpp"

#include "absl/strings/match.h"
#include "services/policy/rpc/access_message.hpp"
#include "services/policy/rpc/collector_message.hpp"
#include "services/policy/rpc/policy_enums.hpp"
#include "services/policy/rpc/policy_sip_timers.hpp"
#include "services/policy/rpc/url_service_message.hpp"

namespace phone::policy {
namespace {

void put(const Server& server, v1::Host& host) {
  host.set_name(server.name);
  host.set_address(server.address);
  host.set_port(server.port);
  host.set_priority(server.priority);
}

Server take(const v1::Host& host) {
  return {.name = host.name(),
          .address = host.address(),
          .port = static_cast<std::uint16_t>(host.port()),
          .priority = host.priority()};
}

void put(const Alarm& alarm, v1::TrustListAlarmInfo& to) {
  to.set_number(alarm.number);
  to.set_code(alarm.code);
  to.set_ctl_signature(alarm.ctl_signature);
  to.set_ctl_server(alarm.ctl_server);
  to.set_itl_signature(alarm.itl_signature);
  to.set_itl_server(alarm.itl_server);
}

Alarm take(const v1::TrustListAlarmInfo& from) {
  return {.number = from.number(),
          .code = from.code(),
          .ctl_signature = from.ctl_signature(),
          .ctl_server = from.ctl_server(),
          .itl_signature = from.itl_signature(),
          .itl_server = from.itl_server()};
}

void put_servers(const Configuration& from, v1::EffectivePolicy& to) {
  for (const auto& entry : from.call_managers) {
    auto& manager = *to.add_call_manager();
    manager.set_name(entry.name);
    manager.set_address(entry.address);
    manager.set_priority(entry.priority);
    manager.set_sip_port(entry.sip_port);
    manager.set_secure_sip_port(entry.secure_sip_port);
    manager.set_sip_oauth_port(entry.sip_oauth_port);
  }
  for (const auto& server : from.srst) put(server, *to.add_srst());
  for (const auto& server : from.tvs) put(server, *to.add_tvs());
  for (const auto& server : from.capf) put(server, *to.add_capf());
  for (const auto& entry : from.lines) {
    auto& line = *to.add_line();
    line.set_number(entry.number);
    line.set_directory_number(entry.directory_number);
    line.set_display_name(entry.display_name);
    line.set_auth_name(entry.auth_name);
    line.set_auth_password(entry.auth_password);
    line.set_max_calls(entry.max_calls);
    line.set_busy_trigger(entry.busy_trigger);
    line.set_label(entry.label);
    line.set_contact(entry.contact);
    line.set_auto_answer(kAutoAnswers.to_proto(entry.auto_answer));
    line.set_missed_calls_forgotten(!entry.keeps_missed_calls);
    line.set_shared(entry.shared);
  }
  for (const auto& der : from.srst_certificates) to.add_srst_certificate(der);
  if (!from.oauth.host.empty()) {
    auto& oauth = *to.mutable_oauth();
    oauth.set_host(from.oauth.host);
    oauth.set_port(from.oauth.port);
    oauth.set_path(from.oauth.path);
  }
  put_url_services(from, to);
  if (from.scep.host.empty()) return;
  auto& scep = *to.mutable_scep();
  scep.set_host(from.scep.host);
  scep.set_port(from.scep.port);
  scep.set_path(from.scep.path);
  scep.set_root_fingerprint(from.scep.root_fingerprint);
  scep.set_challenge(from.scep.challenge);
  scep.set_triple_des(from.scep.triple_des);
}

void take_servers(const v1::EffectivePolicy& from, Configuration& to) {
  for (const auto& manager : from.call_manager()) {
    to.call_managers.push_back({.name = manager.name(),
                                .address = manager.address(),
                                .priority = manager.priority(),
                                .sip_port = static_cast<std::uint16_t>(manager.sip_port()),
                                .secure_sip_port = static_cast<std::uint16_t>(manager.secure_sip_port()),
                                .sip_oauth_port = static_cast<std::uint16_t>(manager.sip_oauth_port())});
  }
  for (const auto& host : from.srst()) to.srst.push_back(take(host));
  for (const auto& host : from.tvs()) to.tvs.push_back(take(host));
  for (const auto& host : from.capf()) to.capf.push_back(take(host));
  for (const auto& line : from.line()) {
    to.lines.push_back({.number = line.number(),
                        .directory_number = line.directory_number(),
                        .display_name = line.display_name(),
                        .auth_name = line.auth_name(),
                        .auth_password = line.auth_password(),
                        .max_calls = line.max_calls(),
                        .busy_trigger = line.busy_trigger(),
                        .label = line.label(),
                        .contact = line.contact(),
                        .auto_answer = kAutoAnswers.from_proto(line.auto_answer()).value_or(AutoAnswer::kOff),
                        .keeps_missed_calls = !line.missed_calls_forgotten(),
                        .shared = line.shared()});
  }
  to.srst_certificates.assign(from.srst_certificate().begin(), from.srst_certificate().end());
  if (from.has_oauth()) {
    to.oauth = {.host = from.oauth().host(),
                .port = static_cast<std::uint16_t>(from.oauth().port()),
                .path = from.oauth().path()};
  }
  take_url_services(from, to);
  if (!from.has_scep()) return;
  to.scep = {.host = from.scep().host(),
             .port = static_cast<std::uint16_t>(from.scep().port()),
             .path = from.scep().path(),
             .root_fingerprint = from.scep().root_fingerprint(),
             .challenge = from.scep().challenge(),
             .triple_des = from.scep().triple_des()};
}

void put_calling(const Configuration& from, v1::EffectivePolicy& to) {
  for (const auto& entry : from.speed_dials) {
    auto& dial = *to.add_speed_dial();
    dial.set_label(entry.label);
    dial.set_number(entry.number);
    dial.set_watched(entry.watched);
    dial.set_pickup(entry.pickup);
    dial.set_park_slot(entry.park_slot);
    dial.set_retrieval_prefix(entry.retrieval_prefix);
  }
  auto& uris = *to.mutable_feature_uri();
  uris.set_forward_all(from.feature_uris.forward_all);
  uris.set_pickup(from.feature_uris.pickup);
  uris.set_other_pickup(from.feature_uris.other_pickup);
  uris.set_group_pickup(from.feature_uris.group_pickup);
  uris.set_meet_me(from.feature_uris.meet_me);
  to.set_time_zone(from.time_zone);
  to.set_kpml(from.kpml);
  to.set_inter_digit_milliseconds(from.inter_digit_milliseconds);
  to.set_off_hook_milliseconds(from.off_hook_milliseconds);
  to.set_auto_answer_seconds(from.auto_answer_seconds);
  for (const auto& number : from.emergency_numbers) to.add_emergency_number(number);
  to.set_hold_reversion_seconds(from.hold_reversion_seconds);
  to.set_hold_reversion_interval_seconds(from.hold_reversion_interval_seconds);
  to.set_mlpp_domain(from.mlpp.domain);
  to.set_mlpp_indication(from.mlpp.indication);
  to.set_mlpp_preemption(from.mlpp.preemption);
  to.set_mlpp_executive_override_preemptable(from.mlpp.executive_override_preemptable);
  for (const std::uint32_t code_point : from.mlpp.dscp) to.add_dscp_precedence(code_point);
}

void take_calling(const v1::EffectivePolicy& from, Configuration& to) {
  for (const auto& dial : from.speed_dial()) {
    to.speed_dials.push_back({.label = dial.label(),
                              .number = dial.number(),
                              .watched = dial.watched(),
                              .pickup = dial.pickup(),
                              .park_slot = dial.park_slot(),
                              .retrieval_prefix = dial.retrieval_prefix()});
  }
  to.feature_uris = {.forward_all = from.feature_uri().forward_all(),
                     .pickup = from.feature_uri().pickup(),
                     .other_pickup = from.feature_uri().other_pickup(),
                     .group_pickup = from.feature_uri().group_pickup(),
                     .meet_me = from.feature_uri().meet_me()};
  to.time_zone = from.time_zone();
  to.kpml = from.kpml();
  to.inter_digit_milliseconds = from.inter_digit_milliseconds();
  to.off_hook_milliseconds = from.off_hook_milliseconds();
  to.auto_answer_seconds = from.auto_answer_seconds();
  to.emergency_numbers.assign(from.emergency_number().begin(), from.emergency_number().end());
  to.hold_reversion_seconds = from.hold_reversion_seconds();
  to.hold_reversion_interval_seconds = from.hold_reversion_interval_seconds();
  to.mlpp.domain = from.mlpp_domain();
  to.mlpp.indication = from.mlpp_indication();
  to.mlpp.preemption = from.mlpp_preemption();
  to.mlpp.executive_override_preemptable = from.mlpp_executive_override_preemptable();
  for (int i = 0; i < from.dscp_precedence_size() && static_cast<std::size_t>(i) < to.mlpp.dscp.size(); ++i)
    to.mlpp.dscp.at(static_cast<std::size_t>(i)) = from.dscp_precedence(i);
}

// The contract has these as plain numbers. One out of range must not become an enumerator.
template <class Enum>
Enum bounded(int value, Enum lowest, Enum highest) {
  return value < static_cast<int>(lowest) || value > static_cast<int>(highest) ? lowest : static_cast<Enum>(value);
}

}  // namespace

v1::EffectivePolicy to_message(const Policy& policy) {
  const Configuration& from = policy.configuration;
  v1::EffectivePolicy to;
  to.set_version(policy.version);
  to.set_stage(kStages.to_proto(policy.stage));
  to.set_device_name(policy.device_name);
  to.set_security_mode(kSecurityModes.to_proto(from.security_mode));
  to.set_transport(kTransports.to_proto(from.transport));
  put_servers(from, to);
  put_calling(from, to);
  to.set_srst_secure(from.srst_secure);
  to.set_capf_auth_mode(static_cast<std::uint32_t>(from.capf_auth_mode));
  put_sip_timers(from, to);
  tls::put_policy(from.tls, to);
  for (const auto& codec : from.codecs) to.add_codec(codec);
  for (const auto& suite : from.srtp_suites) to.add_srtp_suite(suite);
  to.set_media_port_first(from.media_port_first);
  to.set_media_port_last(from.media_port_last);
  to.set_dscp_media(from.dscp_media);
  to.set_dscp_signaling(from.dscp_signaling);
  to.set_protected_device(from.protected_device);
  to.set_secure_indication_tone(from.secure_indication_tone);
  to.set_secure_without_ctl(from.secure_without_ctl);
  to.set_auto_registration(from.auto_registration);
  to.set_web_access(from.web_access);
  to.set_speaker_disabled(from.speaker_disabled);
  to.set_headset_disabled(from.headset_disabled);
  to.set_handset_disabled(from.handset_disabled);
  to.set_pc_port_disabled(from.pc_port_disabled);
  to.set_voice_vlan_access(from.voice_vlan_access);
  to.set_voice_vlan_disabled(!from.voice_vlan);
  to.set_cdp_switch_port_disabled(!from.cdp_switch_port);
  to.set_cdp_pc_port(from.cdp_pc_port);
  to.set_lldp_switch_port_disabled(!from.lldp_switch_port);
  to.set_lldp_pc_port(from.lldp_pc_port);
  to.set_ip_address_mode(from.ip_address_mode);
  to.set_gratuitous_arp(from.gratuitous_arp);
  to.set_settings_access(static_cast<std::uint32_t>(from.settings_access));
  to.set_settings_lock(static_cast<v1::SettingsLock>(lock_of(policy)));
  to.set_diagnostics_door(from.diagnostics_door);
  to.set_diagnostics_port(from.diagnostics_port);
  to.set_srtp_fallback_allowed(from.srtp_fallback);
  to.set_call_forks_allowed(from.call_forks);
  to.set_sip_oauth(from.sip_oauth);
  to.set_lsc_for_wlan(from.lsc_for_wlan);
  to.set_wlan_disabled(from.wlan_disabled);
  to.set_eap_authentication_enabled(from.eap_authentication == EapAuthentication::kEnabled);
  to.set_eap_authentication_disabled(from.eap_authentication == EapAuthentication::kDisabled);
  put_access(from, to);
  to.set_configuration_version(from.version_stamp);
  to.set_load_information(from.load_information);
  if (!from.audit_collector.host.empty()) put(from.audit_collector, *to.mutable_audit_collector());
  to.set_network_locale(from.network_locale);
  to.set_reset(policy.reset);
  to.set_call_statistics(from.call_statistics);
  for (const Alarm& alarm : policy.alarms) put(alarm, *to.add_recent_alarm());
  if (!policy.alarms.empty()) put(policy.alarms.back(), *to.mutable_alarm());
  return to;
}

v1::EffectivePolicy for_role(v1::EffectivePolicy policy, mesh::v1::Role role) {
  if (role != mesh::v1::ROLE_SIGNALING) {
    for (auto& line : *policy.mutable_line()) line.clear_auth_password();
  }
  if (role != mesh::v1::ROLE_NETWORK_ACCESS) clear_access_secrets(policy);
  // These profiles carry certificate authorities, which would fill the file in which a service keeps its policy.
  if (role != mesh::v1::ROLE_NETWORK_ACCESS && role != mesh::v1::ROLE_GATEWAY) {
    policy.clear_eap_profile();
    policy.clear_wlan_profile();
  }
  if (role != mesh::v1::ROLE_CERTIFICATE_MANAGER && policy.has_scep()) policy.mutable_scep()->clear_challenge();
  return policy;
}

void put_elements(const std::vector<ConfiguredElement>& from,
                  google::protobuf::RepeatedPtrField<v1::ConfiguredElement>& to) {
  for (const ConfiguredElement& one : from) {
    auto& element = *to.Add();
    element.set_element(one.element);
    element.set_text(one.text);
    element.set_level(kLevels.to_proto(one.level));
    element.set_unknown(one.unknown);
  }
}

std::vector<ConfiguredElement> take_elements(const google::protobuf::RepeatedPtrField<v1::ConfiguredElement>& from) {
  std::vector<ConfiguredElement> to;
  for (const v1::ConfiguredElement& one : from) {
    if (to.size() == Remarks::kMostElements) break;
    to.push_back({.element = one.element(),
                  .text = one.text(),
                  .level = kLevels.from_proto(one.level()).value_or(Level::kDevice),
                  .unknown = one.unknown()});
  }
  return to;
}

Configuration configuration_of(const v1::EffectivePolicy& from, Stage stage);

void put_kept(const KeptConfiguration& from, v1::KeptConfiguration& to) {
  *to.mutable_policy() = to_message(Policy{.stage = Stage::kComplete, .configuration = from.configuration});
  to.set_encrypted(from.encrypted);
  put_elements(from.elements, *to.mutable_element());
  for (const std::string& remark : from.remarks) to.add_remark(remark);
}

KeptConfiguration take_kept(const v1::KeptConfiguration& from) {
  return {.configuration = configuration_of(from.policy(), Stage::kComplete),
          .encrypted = from.encrypted(),
          .elements = take_elements(from.element()),
          .remarks = {from.remark().begin(), from.remark().end()}};
}

std::string encode(const State& state) {
  v1::StoredPolicy stored;
  put_elements(state.elements, *stored.mutable_element());
  for (const std::string& remark : state.remarks) stored.add_remark(remark);
  *stored.mutable_policy() = to_message(state.policy);
  stored.set_encrypted(state.encrypted);
  stored.set_alarms(state.alarms);
  stored.set_reset(state.policy.reset);
  stored.set_trial(kTrials.to_proto(state.trial));
  if (state.working) put_kept(*state.working, *stored.mutable_working());
  if (state.taken_back) put_kept(*state.taken_back, *stored.mutable_taken_back());
  return stored.SerializeAsString();
}

absl::StatusOr<State> decode(std::string_view bytes) {
  v1::StoredPolicy stored;
  if (!stored.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !stored.has_policy() ||
      stored.policy().version() == 0) {
    return absl::DataLossError("the stored policy cannot be read");
  }
  const v1::EffectivePolicy& from = stored.policy();
  State state{.policy = {},
              .encrypted = stored.encrypted(),
              .alarms = stored.alarms(),
              .elements = take_elements(stored.element()),
              .remarks = {stored.remark().begin(), stored.remark().end()}};
  Policy& policy = state.policy;
  policy.version = from.version();
  policy.stage = kStages.from_proto(from.stage()).value_or(Stage::kDefault);
  policy.device_name = from.device_name();
  policy.reset = stored.reset();
  policy.configuration = configuration_of(from, policy.stage);
  state.trial = kTrials.from_proto(stored.trial()).value_or(TrialState::kNone);
  if (stored.has_working()) state.working = take_kept(stored.working());
  if (stored.has_taken_back()) state.taken_back = take_kept(stored.taken_back());
  for (const auto& alarm : from.recent_alarm()) policy.alarms.push_back(take(alarm));
  // Written before there was a queue.
  if (policy.alarms.empty() && from.alarm().code() != 0) policy.alarms.push_back(take(from.alarm()));
  return state;
}

Configuration configuration_of(const v1::EffectivePolicy& from, Stage stage) {
  Configuration to;
  to.full = stage != Stage::kProvisioning;
  to.security_mode = kSecurityModes.from_proto(from.security_mode()).value_or(SecurityMode::kNonsecure);
  to.transport = kTransports.from_proto(from.transport()).value_or(Transport::kTcp);
  take_servers(from, to);
  take_calling(from, to);
  to.srst_secure = from.srst_secure();
  to.capf_auth_mode = bounded(static_cast<int>(from.capf_auth_mode()), CapfAuthMode::kNone, CapfAuthMode::kMic);
  take_sip_timers(from, to);
  to.tls = tls::policy_of(from);
  to.codecs.assign(from.codec().begin(), from.codec().end());
  to.srtp_suites.assign(from.srtp_suite().begin(), from.srtp_suite().end());
  to.media_port_first = static_cast<std::uint16_t>(from.media_port_first());
  to.media_port_last = static_cast<std::uint16_t>(from.media_port_last());
  to.dscp_media = from.dscp_media();
  to.dscp_signaling = from.dscp_signaling();
  to.protected_device = from.protected_device();
  to.secure_indication_tone = from.secure_indication_tone();
  to.secure_without_ctl = from.secure_without_ctl();
  to.auto_registration = from.auto_registration();
  to.web_access = from.web_access();
  to.speaker_disabled = from.speaker_disabled();
  to.headset_disabled = from.headset_disabled();
  to.handset_disabled = from.handset_disabled();
  to.pc_port_disabled = from.pc_port_disabled();
  to.voice_vlan_access = from.voice_vlan_access();
  to.voice_vlan = !from.voice_vlan_disabled();
  to.cdp_switch_port = !from.cdp_switch_port_disabled();
  to.cdp_pc_port = from.cdp_pc_port();
  to.lldp_switch_port = !from.lldp_switch_port_disabled();
  to.lldp_pc_port = from.lldp_pc_port();
  to.ip_address_mode = from.ip_address_mode();
  to.gratuitous_arp = from.gratuitous_arp();
  to.settings_access =
      bounded(static_cast<int>(from.settings_access()), SettingsAccess::kDisabled, SettingsAccess::kRestricted);
  to.diagnostics_door = from.diagnostics_door();
  to.diagnostics_port = static_cast<std::uint16_t>(from.diagnostics_port());
  to.srtp_fallback = from.srtp_fallback_allowed();
  to.call_forks = from.call_forks_allowed();
  to.sip_oauth = from.sip_oauth();
  to.lsc_for_wlan = from.lsc_for_wlan();
  to.wlan_disabled = from.wlan_disabled();
  to.eap_authentication = from.eap_authentication_enabled()    ? EapAuthentication::kEnabled
                          : from.eap_authentication_disabled() ? EapAuthentication::kDisabled
                                                               : EapAuthentication::kUserControlled;
  take_access(from, to);
  to.version_stamp = from.configuration_version();
  to.load_information = from.load_information();
  to.network_locale = from.network_locale();
  to.call_statistics = from.call_statistics();
  if (from.has_audit_collector()) to.audit_collector = take(from.audit_collector());
  return to;
}

}  // namespace phone::policy
