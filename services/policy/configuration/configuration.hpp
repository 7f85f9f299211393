// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/tls/policy.hpp"
#include "services/policy/configuration/access_settings.hpp"
#include "services/policy/configuration/audit_collector.hpp"
#include "services/policy/configuration/mlpp.hpp"
#include "services/policy/configuration/oauth_server.hpp"
#include "services/policy/configuration/remarks.hpp"
#include "services/policy/configuration/scep_settings.hpp"
#include "services/policy/configuration/url_service.hpp"

// SEP<MAC>.cnf.xml as values (cisco-formats.md F). Only ever made from bytes whose signature has been verified.
namespace phone::policy {

enum class SecurityMode { kNonsecure = 1, kAuthenticated = 2, kEncrypted = 3 };  // deviceSecurityMode
enum class Transport { kTcp = 1, kUdp = 2, kTls = 3 };  // transportLayerProtocol; 4 is read as TCP
enum class CapfAuthMode { kNone = 0, kString = 1, kNullString = 2, kLsc = 3, kMic = 4 };  // capfAuthMode, D3
enum class AutoAnswer { kOff = 0, kSpeaker = 1, kHeadset = 2 };  // autoAnswerEnabled and autoAnswerMode
enum class EapAuthentication { kUserControlled = 0, kDisabled = 1, kEnabled = 2 };  // eapAuthentication: 802.1X
enum class SettingsAccess { kDisabled = 0, kEnabled = 1, kRestricted = 2 };

struct Server {
  std::string name;
  std::string address;
  std::uint16_t port = 0;
  std::uint32_t priority = 0;
  friend bool operator==(const Server&, const Server&) = default;
};

struct CallManagerEntry {
  std::string name;
  std::string address;
  std::uint32_t priority = 0;
  std::uint16_t sip_port = 5060;
  std::uint16_t secure_sip_port = 5061;
  std::uint16_t sip_oauth_port = 5090;
  friend bool operator==(const CallManagerEntry&, const CallManagerEntry&) = default;
};

struct LineEntry {
  std::uint32_t number = 0;
  std::string directory_number;
  std::string display_name;
  std::string auth_name;
  std::string auth_password;                      // secret
  std::uint32_t max_calls = 0, busy_trigger = 0;  // as in policy.proto
  std::string label;
  std::string contact;
  AutoAnswer auto_answer = AutoAnswer::kOff;
  bool keeps_missed_calls = true;  // in the history
  bool shared = false;             // other devices have it too
  friend bool operator==(const LineEntry&, const LineEntry&) = default;
};

struct SpeedDialEntry {
  std::string label;
  std::string number;    // a comma is a pause of 2 s
  bool watched = false;  // its state is shown (BLF)
  bool pickup = false;   // a call that rings there may be picked up
  bool park_slot = false;
  std::string retrieval_prefix;  // of a park slot
  friend bool operator==(const SpeedDialEntry&, const SpeedDialEntry&) = default;
};

// User parts of URIs that ask the call manager for a feature; empty: the usual one.
struct FeatureUriEntry {
  std::string forward_all, pickup, other_pickup, group_pickup, meet_me;
  friend bool operator==(const FeatureUriEntry&, const FeatureUriEntry&) = default;
};

struct Configuration {
  // About the file itself (B3).
  bool full = true;
  bool encrypted_file_wanted = false;  // encrConfig
  std::string cert_hash;               // lower-case hex, empty: the call manager has no certificate of ours
  CapfAuthMode capf_auth_mode = CapfAuthMode::kNone;
  std::vector<Server> capf;

  SecurityMode security_mode = SecurityMode::kNonsecure;
  Transport transport = Transport::kTcp;
  bool sip_oauth = false;
  std::vector<CallManagerEntry> call_managers;  // by priority
  std::vector<Server> tvs;                      // by priority
  std::vector<Server> srst;
  bool srst_secure = false;
  std::vector<std::string> srst_certificates;  // DER
  std::vector<LineEntry> lines;
  std::vector<SpeedDialEntry> speed_dials;
  FeatureUriEntry feature_uris;

  std::uint32_t register_expires_seconds = 3600;
  std::uint32_t keepalive_seconds = 120;
  std::uint32_t connection_monitor_seconds = 120;
  std::uint32_t timer_t1_milliseconds = 500;
  std::uint32_t timer_t2_milliseconds = 4000;
  std::uint32_t invite_expires_seconds = 180;
  std::uint32_t subscribe_expires_seconds = 3600;
  std::uint32_t sip_retransmissions = 10;    // over UDP
  std::uint32_t invite_retransmissions = 6;  // likewise

  // Strict where the configuration is silent: F24, F25.
  bool web_access = false;
  bool gratuitous_arp = false;
  bool speaker_disabled = false;
  bool headset_disabled = false;
  bool pc_port_disabled = false;
  bool voice_vlan_access = false;
  bool voice_vlan = true;
  // On the switch port the phone learns its VLAN from them; on the PC port they only reveal what it is.
  bool cdp_switch_port = true, lldp_switch_port = true;
  bool cdp_pc_port = false, lldp_pc_port = false;
  std::uint32_t ip_address_mode = 0;  // 1 IPv4 only, 2 IPv6 only, else both
  SettingsAccess settings_access = SettingsAccess::kEnabled;
  EapAuthentication eap_authentication = EapAuthentication::kUserControlled;
  std::optional<EapEntry> eap;   // none: the configuration has nothing but eapAuthentication
  std::vector<WlanEntry> wlans;  // in order of preference

  // Our own elements, see own_names.hpp.
  tls::Policy tls;
  bool protected_device = false;
  bool secure_indication_tone = false;
  bool secure_without_ctl = false;
  bool handset_disabled = false;
  bool srtp_fallback = false;
  bool call_forks = false;  // the call manager may have copies of a call's sound
  bool diagnostics_door = false;
  std::uint16_t diagnostics_port = 0;
  bool lsc_for_wlan = false;
  bool wlan_disabled = false;
  ScepSettings scep;
  AuditCollector audit_collector;
  OAuthServer oauth;
  UrlService contact_search;             // secureUDSUsersAccessURL
  UrlService problem_report;             // problemReportUploadURL
  std::vector<std::string> srtp_suites;  // in order
  std::vector<std::string> codecs;       // in order

  std::uint16_t media_port_first = 16384;
  std::uint16_t media_port_last = 32766;
  std::uint32_t dscp_media = 46;
  std::uint32_t dscp_signaling = 24;
  Mlpp mlpp;

  // How calls are dialled, answered and held.
  std::uint32_t kpml = 0;  // bit 0 while dialling, bit 1 in a call
  std::uint32_t inter_digit_milliseconds = 15000;
  std::uint32_t off_hook_milliseconds = 15000;
  std::uint32_t auto_answer_seconds = 1;
  std::uint32_t hold_reversion_seconds = 0;  // 0: never
  std::uint32_t hold_reversion_interval_seconds = 30;
  std::vector<std::string> emergency_numbers;
  std::string time_zone;                 // Olson name; empty: unknown
  std::string date_template;             // as the call manager writes it, checked: "M/D/YA"; empty: unknown
  std::vector<std::string> ntp_servers;  // in order

  bool auto_registration = false;  // from XMLDefault.cnf.xml: the call manager does not know this phone yet
  std::string version_stamp;
  std::string load_information;
  std::string network_locale;    // "Germany"
  bool call_statistics = false;  // in a BYE

  friend bool operator==(const Configuration&, const Configuration&) = default;
};

// INVALID_ARGUMENT names the element that cannot be used; RESOURCE_EXHAUSTED what is over a limit. Unknown elements are
// ignored, with a remark; so is a bad value of an element that is not of security. Every text in it is clean UTF-8.
absl::StatusOr<Configuration> parse_configuration(std::string_view xml, Remarks* remarks = nullptr);

// XMLDefault.cnf.xml, for phones that the call manager does not know: its call managers and TVS, one line by the name
// that it registers unknown phones under (or `device_name`), and the strict default for the rest.
absl::StatusOr<Configuration> parse_default_configuration(std::string_view xml, const std::string& device_name,
                                                          Remarks* remarks = nullptr);

}  // namespace phone::policy
