// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/hardening.hpp"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/http/plain.hpp"
#include "services/policy/configuration/levels.hpp"
#include "services/policy/configuration/own_names.hpp"

namespace phone::policy {
namespace {

void keep_known(std::vector<std::string>& list, const std::vector<std::string>& known, const char* name,
                ElementReader& all) {
  for (const auto& item : list) {
    bool found = false;
    for (const auto& candidate : known) found = found || candidate == item;
    if (!found) all.doubt_path(absl::StrCat("vendorConfig/", name), absl::StrCat("unknown entry ", item), "the rest");
  }
  std::erase_if(list, [&](const std::string& item) { return std::ranges::find(known, item) == known.end(); });
}

void read_scep(const Levels& levels, ElementReader& all, Configuration& into) {
  into.lsc_for_wlan = levels.boolean(own::kLscForWlan, false);
  const std::string server = levels.text(own::kScepServer);
  if (server.empty()) return;
  auto settings = parse_scep_server(server);
  if (!settings) return all.complain(own::kScepServer, "not a valid SCEP server");
  into.scep = *std::move(settings);
  into.scep.root_fingerprint = levels.text(own::kScepRootFingerprint);
  into.scep.challenge = levels.text(own::kScepChallenge);
  into.scep.triple_des = levels.boolean(own::kScepTripleDes, false);
  // Without it there would be no root to verify the SCEP server's certificates.
  if (into.scep.root_fingerprint.empty()) all.complain(own::kScepRootFingerprint, "required with scepServer");
}

// What an element says, or `otherwise`. Below TLS 1.2 is not allowed in FIPS mode.
std::uint16_t version_of(const Levels& levels, const char* name, std::uint16_t otherwise, bool fips,
                         ElementReader& all) {
  const std::string said = levels.text(name);
  if (said.empty()) return otherwise;
  for (const auto& [text, version] : {std::pair("1.0", tls::kTls10), std::pair("1.1", tls::kTls11),
                                      std::pair("1.2", tls::kTls12), std::pair("1.3", tls::kTls13)}) {
    if (said != text) continue;
    if (!fips || version >= tls::kTls12) return version;
    all.complain(name, absl::StrCat("TLS ", text, " is not allowed in FIPS mode"));
    return tls::kTls12;
  }
  all.complain(name, "unknown TLS version");
  return otherwise;
}

// Numbers of the suites that are switched off (cisco-formats.md F). A list that would leave none is not obeyed.
std::uint8_t suites_off(const Levels& levels, ElementReader& all) {
  constexpr std::uint8_t kAllAead = 1U << 4 | 1U << 5 | 1U << 6 | 1U << 7;
  std::uint8_t off = 0;
  for (const std::string& item : list_of(levels.text("disableTLSCiphers"))) {
    unsigned number = 0;
    if (!absl::SimpleAtoi(item, &number) || number == 0 || number > tls::kMostSuiteNumber) {
      all.complain("disableTLSCiphers", absl::StrCat("unknown entry ", item));
      continue;
    }
    off |= static_cast<std::uint8_t>(1U << number);
  }
  if ((off & kAllAead) != kAllAead) return off;
  all.complain("disableTLSCiphers", "no cipher suite would be left");
  return 0;
}

void read_tls(const Levels& levels, ElementReader& all, tls::Policy& into) {
  into.fips = levels.boolean(own::kFips, false);
  const std::uint16_t both = version_of(levels, own::kTlsMinimum, tls::kTls12, into.fips, all);
  into.client_minimum = version_of(levels, own::kTlsClientMinimum, both, into.fips, all);
  into.server_minimum = version_of(levels, own::kTlsServerMinimum, both, into.fips, all);
  into.switched_off = suites_off(levels, all);
}

void read_own(const Levels& levels, ElementReader& all, Configuration& into) {
  read_tls(levels, all, into.tls);
  into.voice_vlan = levels.boolean(own::kVoiceVlan, true);
  into.protected_device = levels.boolean(own::kProtectedDevice, false);
  into.secure_indication_tone = levels.boolean(own::kIndicationTone, false);
  into.secure_without_ctl = levels.boolean(own::kSecureWithoutCtl, false);
  into.handset_disabled = levels.boolean(own::kDisableHandset, false);
  into.srtp_fallback = levels.boolean(own::kSrtpFallback, false);
  into.call_forks = levels.boolean(own::kCallForks, false);
  into.diagnostics_door = levels.boolean(own::kDiagnosticsDoor, false);
  const std::string port = levels.text(own::kDiagnosticsPort);
  if (!port.empty()) {
    unsigned value = 0;
    if (!absl::SimpleAtoi(port, &value) || value == 0 || value > 65535) {
      all.complain(own::kDiagnosticsPort, "not a port");
    } else {
      into.diagnostics_port = static_cast<std::uint16_t>(value);
    }
  }
  read_scep(levels, all, into);
  into.audit_collector = read_audit_collector(levels, all);
  if (const std::string server = levels.text(own::kOAuthServer); !server.empty()) {
    const auto parsed = parse_oauth_server(server);
    if (!parsed) return all.complain(own::kOAuthServer, "not a valid https URL");
    into.oauth = *parsed;
  }
  const std::vector<std::string>& suites = known_srtp_suites();
  static const std::vector<std::string> kCodecs = {"opus", "PCMU", "PCMA", "G722"};
  into.srtp_suites = list_of(levels.text(own::kSrtpSuites));
  keep_known(into.srtp_suites, suites, own::kSrtpSuites, all);
  if (into.srtp_suites.empty()) into.srtp_suites = suites;
  into.codecs = list_of(levels.text(own::kCodecs));
  keep_known(into.codecs, kCodecs, own::kCodecs, all);
  if (into.codecs.empty()) into.codecs = {"opus", "PCMU", "PCMA"};
}

}  // namespace

const std::vector<std::string>& known_srtp_suites() {
  static const std::vector<std::string> kSuites = {"AEAD_AES_256_GCM", "AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_80",
                                                   "AES_CM_128_HMAC_SHA1_32"};
  return kSuites;
}

void read_hardening(pugi::xml_node device, ElementReader& all, Configuration& into) {
  const Levels levels(device, all);
  into.contact_search = parse_url_service("secureUDSUsersAccessURL", all.text("secureUDSUsersAccessURL"));
  into.problem_report = parse_url_service("problemReportUploadURL", levels.text("problemReportUploadURL"));
  into.speaker_disabled = levels.boolean("disableSpeaker", false);
  into.headset_disabled = levels.boolean("disableSpeakerAndHeadset", false);
  into.speaker_disabled = into.speaker_disabled || into.headset_disabled;
  into.pc_port_disabled = !levels.enabled_when_zero("pcPort", true);
  into.wlan_disabled = !levels.boolean("wifi", true);
  into.web_access = levels.enabled_when_zero("webAccess", false);
  into.gratuitous_arp = levels.enabled_when_zero("garp", false);
  into.voice_vlan_access = levels.enabled_when_zero("voiceVlanAccess", false);
  into.cdp_switch_port = levels.boolean("enableCdpSwPort", true);
  into.cdp_pc_port = levels.boolean("enableCdpPcPort", false);
  into.lldp_switch_port = levels.boolean("enableLldpSwPort", true);
  into.lldp_pc_port = levels.boolean("enableLldpPcPort", false);
  into.settings_access = static_cast<SettingsAccess>(levels.number("settingsAccess", 1, 0, 2));
  into.eap_authentication = static_cast<EapAuthentication>(levels.number("eapAuthentication", 0, 0, 2));
  // cisco-formats.md F: 0 IPv4, 1 IPv6, 2 both.
  constexpr std::uint32_t kModes[] = {1, 2, 0};
  into.ip_address_mode = kModes[all.number("ipAddressMode", 2, 0, 2)];
  read_own(levels, all, into);
}

}  // namespace phone::policy
