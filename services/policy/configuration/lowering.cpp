// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/lowering.hpp"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/crypto/digest.hpp"
#include "services/policy/configuration/hardening.hpp"

namespace phone::policy {
namespace {

const char* word(SecurityMode mode) {
  switch (mode) {
    case SecurityMode::kNonsecure:
      return "non-secure";
    case SecurityMode::kAuthenticated:
      return "authenticated";
    case SecurityMode::kEncrypted:
      return "encrypted";
  }
  return "unknown";
}

const char* word(Transport transport) {
  switch (transport) {
    case Transport::kTcp:
      return "TCP";
    case Transport::kUdp:
      return "UDP";
    case Transport::kTls:
      return "TLS";
  }
  return "unknown";
}

// How much a person at the phone may change.
int freedom(SettingsAccess access) {
  switch (access) {
    case SettingsAccess::kDisabled:
      return 0;
    case SettingsAccess::kRestricted:
      return 1;
    case SettingsAccess::kEnabled:
      return 2;
  }
  return 2;
}

const char* word(SettingsAccess access) {
  constexpr const char* kWords[] = {"disabled", "restricted", "enabled"};
  return kWords[freedom(access)];
}

std::string tls_word(std::uint16_t version) {
  return version >= 0x0301 && version <= 0x0304 ? absl::StrCat("TLS 1.", version - 0x0301) : absl::StrCat(version);
}

// "1 3", as disableTLSCiphers has them.
std::string suites(unsigned switched_off) {
  std::vector<unsigned> numbers;
  for (unsigned number = 1; number <= tls::kMostSuiteNumber; ++number) {
    if ((switched_off >> number & 1U) != 0) numbers.push_back(number);
  }
  return numbers.empty() ? "none" : absl::StrJoin(numbers, " ");
}

// Enough of each SHA-256 to tell which certificates they are, in an order that does not depend on the file's.
std::string certificates(const std::vector<std::string>& all) {
  constexpr size_t kHexDigits = 16;
  std::vector<std::string> prints;
  for (const std::string& der : all) {
    prints.push_back(crypto::hex(crypto::digest(crypto::Digest::kSha256, der)).substr(0, kHexDigits));
  }
  std::sort(prints.begin(), prints.end());
  prints.erase(std::unique(prints.begin(), prints.end()), prints.end());
  return prints.empty() ? "none" : absl::StrJoin(prints, " ");
}

std::string server(const ScepSettings& scep) {
  if (scep.host.empty()) return "none";
  const bool bare_ipv6 = scep.host.find(':') != std::string::npos && scep.host.front() != '[';
  return absl::StrCat(bare_ipv6 ? "[" : "", scep.host, bare_ipv6 ? "]" : "", ":", scep.port, "/", scep.path);
}

// The same digits may be written in capitals and with colons.
std::string fingerprint(const ScepSettings& scep) {
  std::string digits;
  for (const char c : scep.root_fingerprint) {
    if (absl::ascii_isxdigit(static_cast<unsigned char>(c))) digits += c;
  }
  absl::AsciiStrToLower(&digits);
  return digits.empty() ? "none" : digits;
}

// Anchors that the phone trusts because the file says so. Any change is reported, since a new anchor is not stricter
// than the one before; only to have no SCEP any more lowers nothing.
void compare_anchors(const Configuration& before, const Configuration& after, std::vector<Downgrade>& all) {
  const auto changed = [&](const char* what, std::string was, std::string is) {
    if (was != is) all.push_back({what, std::move(was), std::move(is)});
  };
  changed("SRST certificates", certificates(before.srst_certificates), certificates(after.srst_certificates));
  // Who gives the token may register as this phone.
  const auto authorizer = [](const OAuthServer& one) {
    return one.host.empty() ? "none" : absl::StrCat(one.host, ":", one.port, "/", one.path);
  };
  if (!after.oauth.host.empty()) changed("authorization server", authorizer(before.oauth), authorizer(after.oauth));
  if (after.scep.host.empty()) return;
  changed("SCEP server", server(before.scep), server(after.scep));
  if (after.scep.triple_des && !before.scep.triple_des) changed("SCEP cipher", "AES", "AES or triple DES");
  changed("SCEP root fingerprint", fingerprint(before.scep), fingerprint(after.scep));
}

// One that was not allowed before, or a weaker one is preferred.
bool weaker_suites(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  if (before.empty() || after.empty()) return false;
  const auto place = [](const std::vector<std::string>& list, const std::string& suite) {
    return std::find(list.begin(), list.end(), suite) - list.begin();
  };
  const auto& strongest_first = known_srtp_suites();
  if (place(strongest_first, after.front()) > place(strongest_first, before.front())) return true;
  return std::any_of(after.begin(), after.end(), [&](const std::string& suite) {
    return std::find(before.begin(), before.end(), suite) == before.end();
  });
}

// A switch that protects while it is on, or while it is off.
struct Switch {
  const char* what;
  bool Configuration::*value;
  bool protects;
  bool way = false;  // part of the way to the server (run/trial.hpp)
};
constexpr Switch kSwitches[] = {
    {"SRST over TLS", &Configuration::srst_secure, true},
    {"SRTP fallback to RTP", &Configuration::srtp_fallback, false},
    {"recording and monitoring", &Configuration::call_forks, false},
    {"protected device", &Configuration::protected_device, true},
    {"secure indication tone", &Configuration::secure_indication_tone, true},
    {"secure mode without a CTL", &Configuration::secure_without_ctl, false},
    {"remote diagnostics", &Configuration::diagnostics_door, false},
    {"web access", &Configuration::web_access, false},
    {"PC port lock", &Configuration::pc_port_disabled, true},
    {"voice VLAN access from the PC port", &Configuration::voice_vlan_access, false},
    {"gratuitous ARP", &Configuration::gratuitous_arp, false},
    {"voice VLAN", &Configuration::voice_vlan, true, true},
    {"CDP on the switch port", &Configuration::cdp_switch_port, false, true},
    {"LLDP on the switch port", &Configuration::lldp_switch_port, false, true},
    {"CDP on the PC port", &Configuration::cdp_pc_port, false},
    {"LLDP on the PC port", &Configuration::lldp_pc_port, false},
    {"WLAN lock", &Configuration::wlan_disabled, true, true},
    {"LSC used in WLAN", &Configuration::lsc_for_wlan, false, true},
    {"speaker lock", &Configuration::speaker_disabled, true},
    {"headset lock", &Configuration::headset_disabled, true},
    {"handset lock", &Configuration::handset_disabled, true},
};

}  // namespace

std::vector<Downgrade> lowered(const Configuration& before, bool before_encrypted, const Configuration& after,
                               bool after_encrypted) {
  std::vector<Downgrade> all;
  if (after.security_mode < before.security_mode) {
    all.push_back({"security mode", word(before.security_mode), word(after.security_mode)});
  }
  if (before.transport == Transport::kTls && after.transport != Transport::kTls) {
    all.push_back({"SIP transport", word(before.transport), word(after.transport)});
  }
  if (before_encrypted && !after_encrypted) all.push_back({"encrypted configuration file", "required", "not required"});
  const auto minimum = [&](const char* what, std::uint16_t was, std::uint16_t is) {
    if (is < was) all.push_back({what, tls_word(was), tls_word(is)});
  };
  minimum("TLS minimum", before.tls.client_minimum, after.tls.client_minimum);
  minimum("TLS minimum for the diagnostics port", before.tls.server_minimum, after.tls.server_minimum);
  if (before.tls.fips && !after.tls.fips) all.push_back({"FIPS mode", "on", "off"});
  if ((before.tls.switched_off & ~after.tls.switched_off) != 0) {
    all.push_back({"disabled TLS cipher suites", suites(before.tls.switched_off), suites(after.tls.switched_off)});
  }
  for (const Switch& each : kSwitches) {
    const bool was = before.*each.value, is = after.*each.value;
    if (was == is || is == each.protects) continue;
    all.push_back({each.what, was ? "on" : "off", is ? "on" : "off"});
  }
  const bool authenticated = before.eap_authentication == EapAuthentication::kEnabled;
  if (authenticated && after.eap_authentication != EapAuthentication::kEnabled) all.push_back({"802.1X", "on", "off"});
  if (freedom(after.settings_access) > freedom(before.settings_access)) {
    all.push_back({"settings access", word(before.settings_access), word(after.settings_access)});
  }
  if (!before.audit_collector.host.empty() && after.audit_collector != before.audit_collector) {
    const AuditCollector &was = before.audit_collector, &is = after.audit_collector;
    all.push_back({"audit collector", describe(was), describe(is)});
    if (was.certificate != is.certificate && was.transport == AuditTransport::kTls && !is.host.empty()) {
      const auto of = [](const std::string& der) {
        return certificates(der.empty() ? std::vector<std::string>() : std::vector{der});
      };
      all.push_back({"audit collector's certificate", of(was.certificate), of(is.certificate)});
    }
  }
  if (weaker_suites(before.srtp_suites, after.srtp_suites)) {
    all.push_back({"SRTP suites", absl::StrJoin(before.srtp_suites, " "), absl::StrJoin(after.srtp_suites, " ")});
  }
  compare_anchors(before, after, all);
  return all;
}

Configuration with_raised(const Configuration& from, Configuration back) {
  for (const Switch& each : kSwitches) {
    if (!each.way && from.*each.value == each.protects) back.*each.value = each.protects;
  }
  back.security_mode = std::max(back.security_mode, from.security_mode);
  back.tls.server_minimum = std::max(back.tls.server_minimum, from.tls.server_minimum);
  if (freedom(from.settings_access) < freedom(back.settings_access)) back.settings_access = from.settings_access;
  if (weaker_suites(from.srtp_suites, back.srtp_suites)) back.srtp_suites = from.srtp_suites;
  if (!from.audit_collector.host.empty()) back.audit_collector = from.audit_collector;
  back.srst = from.srst;
  back.srst_certificates = from.srst_certificates;
  back.scep = from.scep;
  return back;
}

std::string lowering_text(const std::vector<Downgrade>& all, const Source& source) {
  const std::string by =
      source.signer.empty() ? ", unsigned," : absl::StrCat(", signed by ", source.signer, " ", source.signed_at, ",");
  return absl::StrCat(source.file, by,
                      " lowers: ", absl::StrJoin(all, "; ", [](std::string* out, const Downgrade& each) {
                        absl::StrAppend(out, each.what, " from ", each.from, " to ", each.to);
                      }));
}

}  // namespace phone::policy
