// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/wlan/wlan_profile.hpp"

#include <openssl/x509v3.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/crypto/x509.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kMaxSsid = 32;  // IEEE 802.11 section 9.4.2.2
constexpr std::size_t kLeastKey = 8;
constexpr std::size_t kMostKey = 63;

struct Suite {
  const char* key_mgmt;
  const char* management_frames;  // ieee80211w: 0 off, 2 required
};

// The article's table; each row with 802.11r (FT), unless that is switched off, and AES.
Suite suite_of(const WlanProfile& profile) {
  const bool fast = profile.fast_roaming;
  switch (profile.security) {
    case WlanSecurity::kOpen:
      return {"NONE", "0"};
    case WlanSecurity::kPsk:
      return {fast ? "WPA-PSK WPA-PSK-SHA256 FT-PSK" : "WPA-PSK WPA-PSK-SHA256", "0"};
    case WlanSecurity::kSae:
      return {fast ? "SAE FT-SAE" : "SAE", "2"};
    case WlanSecurity::kEnterprise:
      return {fast ? "WPA-EAP FT-EAP" : "WPA-EAP", "0"};
    case WlanSecurity::kEnterprise3:
      return {fast ? "WPA-EAP-SHA256 FT-EAP" : "WPA-EAP-SHA256", "2"};
  }
  return {"NONE", "0"};
}

const char* ciphers_of(const WlanProfile& profile) {
  if (profile.compatible) return "CCMP TKIP";
  return profile.gcmp ? "GCMP-256 CCMP" : "CCMP";
}

// The channels of a band, as wpa_supplicant's freq_list; empty: all.
const char* channels_of(WlanBand band) {
  switch (band) {
    case WlanBand::kAny:
      return "";
    case WlanBand::k24:
      return "2412 2417 2422 2427 2432 2437 2442 2447 2452 2457 2462 2467 2472 2484";
    case WlanBand::k5:
      return "5180 5200 5220 5240 5260 5280 5300 5320 5500 5520 5540 5560 5580 5600 5620 5640 5660 5680 5700 5720 5745 "
             "5765 5785 5805 5825 5845 5865 5885";
  }
  return "";
}

bool enterprise(WlanSecurity security) {
  return security == WlanSecurity::kEnterprise || security == WlanSecurity::kEnterprise3;
}
bool peap(WlanEap eap) { return eap == WlanEap::kPeapMschapv2 || eap == WlanEap::kPeapGtc; }

absl::Status check_key(const crypto::Secret& key) {
  const std::string_view text = key.view();
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (text.size() >= kLeastKey && text.size() <= kMostKey && printable) return absl::OkStatus();
  return absl::InvalidArgumentError("a pre-shared key has 8 to 63 ASCII characters");
}

// The server may choose EAP-FAST, where the policy leaves it a TLS version.
bool may_be_fast(WlanEap eap, const tls::Policy& policy) {
  return eap == WlanEap::kFast || (eap == WlanEap::kAuto && eap_tls(EapUse::kFast, policy).ok());
}

EapUse use_of(WlanEap eap, const tls::Policy& policy) {
  if (eap == WlanEap::kTls) return EapUse::kCertificate;
  return may_be_fast(eap, policy) ? EapUse::kFast : EapUse::kTunnel;
}

const char* methods(WlanEap eap, bool fast) {
  if (eap == WlanEap::kTls) return "TLS";
  if (eap == WlanEap::kFast) return "FAST";
  return fast ? "FAST PEAP" : "PEAP";
}

// MSCHAPv2 is MD4 and DES: none of it in FIPS mode.
const char* inner(WlanEap eap, bool fips) {
  if (eap == WlanEap::kPeapGtc || fips) return "\"auth=GTC\"";
  return eap == WlanEap::kAuto ? "\"auth=MSCHAPV2 GTC\"" : "\"auth=MSCHAPV2\"";
}

// The part of a profile that FIPS mode refuses, by name; empty: none.
std::string not_in_fips(const WlanProfile& profile) {
  if (profile.compatible) return "TKIP is not allowed in FIPS mode: it is RC4";
  if (!enterprise(profile.security)) return {};
  if (profile.eap == WlanEap::kPeapMschapv2)
    return "PEAP-MSCHAPv2 is not allowed in FIPS mode: MSCHAPv2 is MD4 and DES";
  return {};
}

absl::Status add_enterprise(const WlanProfile& profile, const EapEnvironment& around, std::vector<Setting>& to) {
  const bool fast = may_be_fast(profile.eap, around.tls);
  auto spoken = eap_tls(use_of(profile.eap, around.tls), around.tls, around.clock_known);
  if (!spoken.ok()) return spoken.status();
  to.push_back(hex_setting("identity", eap_identity(profile, around)));
  to.push_back({"eap", methods(profile.eap, fast)});
  to.push_back(hex_setting("ca_cert", around.anchors_file));
  to.push_back(hex_setting("domain_match", absl::StrJoin(profile.servers, ";")));
  to.push_back(std::move(spoken->suites));
  if (profile.eap == WlanEap::kTls) {
    to.push_back(hex_setting("client_cert", around.certificate_file));
    to.push_back(hex_setting("private_key", around.key_uri));
    to.push_back({"phase1", absl::StrCat("\"", spoken->versions, "\"")});
    return absl::OkStatus();
  }
  to.push_back(hex_setting("password", profile.password.view(), true));
  if (fast) to.push_back(hex_setting("pac_file", around.pac_file));
  // EAP-FAST over TLS 1.3 fails (wpa_supplicant 2.10 tries it when allowed), so 1.3 is off where it may be chosen.
  // Phase 2 is required even when the server resumes a session (CVE-2023-52160).
  to.push_back({"phase1", absl::StrCat("\"", fast ? "fast_provisioning=2 " : "",
                                       profile.eap == WlanEap::kFast ? "" : "phase2_auth=2 ", spoken->versions, "\"")});
  to.push_back({"phase2", inner(profile.eap, around.tls.fips)});
  return absl::OkStatus();
}

}  // namespace

absl::Status check_profile(const WlanProfile& profile, const tls::Policy& policy) {
  if (profile.ssid.empty() || profile.ssid.size() > kMaxSsid) {
    return absl::InvalidArgumentError("an SSID has 1 to 32 bytes");
  }
  if (profile.ckip) return absl::InvalidArgumentError("CKIP is not supported");
  const bool wpa2 = profile.security == WlanSecurity::kPsk || profile.security == WlanSecurity::kEnterprise;
  if (profile.compatible && !wpa2) {
    return absl::InvalidArgumentError("TKIP is possible with WPA2 only");
  }
  if (profile.gcmp && (profile.compatible || profile.security == WlanSecurity::kOpen)) {
    return absl::InvalidArgumentError("GCMP-256 goes neither with TKIP nor with an open network");
  }
  if (policy.fips) {
    if (std::string refused = not_in_fips(profile); !refused.empty()) {
      return absl::FailedPreconditionError(std::move(refused));
    }
  }
  if (profile.security == WlanSecurity::kPsk || profile.security == WlanSecurity::kSae) return check_key(profile.key);
  if (!enterprise(profile.security)) return absl::OkStatus();
  if (auto status = check_server(profile.anchors, profile.servers); !status.ok()) return status;
  if (auto status = check_credentials(profile.user, profile.password); !status.ok()) return status;
  if (auto can = eap_tls(use_of(profile.eap, policy), policy); !can.ok()) return can.status();
  if (profile.eap == WlanEap::kTls) return absl::OkStatus();
  if (profile.user.empty() || profile.password.empty()) {
    return absl::InvalidArgumentError("EAP-FAST and PEAP require a user name and a password");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Setting>> supplicant_settings(const WlanProfile& profile, const EapEnvironment& around) {
  if (auto status = check_profile(profile, around.tls); !status.ok()) return status;
  const Suite suite = suite_of(profile);
  std::vector<Setting> settings = {hex_setting("ssid", profile.ssid), {"key_mgmt", suite.key_mgmt}};
  // What is scanned, and where an access point may be.
  if (const char* const channels = channels_of(profile.band); *channels != '\0') {
    settings.push_back({"scan_freq", channels});
    settings.push_back({"freq_list", channels});
  }
  if (profile.security == WlanSecurity::kOpen) return settings;
  settings.push_back({"proto", profile.compatible ? "RSN WPA" : "RSN"});
  settings.push_back({"pairwise", ciphers_of(profile)});
  settings.push_back({"group", ciphers_of(profile)});
  settings.push_back({"ieee80211w", suite.management_frames});
  // Hexadecimal digits would be taken for the derived key; the last quote ends it, so that others may stand in it.
  if (profile.security == WlanSecurity::kPsk) {
    settings.push_back({"psk", '"' + std::string(profile.key.view()) + '"', true});
  } else if (profile.security == WlanSecurity::kSae) {
    settings.push_back(hex_setting("sae_password", profile.key.view(), true));
  } else if (auto status = add_enterprise(profile, around, settings); !status.ok()) {
    return status;
  }
  return settings;
}

const char* name_of(WlanSecurity security) {
  switch (security) {
    case WlanSecurity::kOpen:
      return "open";
    case WlanSecurity::kPsk:
      return "WPA2-PSK";
    case WlanSecurity::kSae:
      return "WPA3-SAE";
    case WlanSecurity::kEnterprise:
      return "WPA2 enterprise";
    case WlanSecurity::kEnterprise3:
      return "WPA3 enterprise";
  }
  return "";
}

bool in_band(unsigned megahertz, WlanBand band) {
  constexpr unsigned kEnd24 = 2500;  // MHz
  return band == WlanBand::kAny || (band == WlanBand::k24) == (megahertz < kEnd24);
}

const char* fast_roaming_of(const WlanProfile& profile) {
  if (profile.security == WlanSecurity::kOpen || !profile.fast_roaming) return "off";
  return profile.over_the_ds ? "802.11r over the DS" : "802.11r over the air";
}

std::string method_of(const WlanProfile& profile) {
  const char* security = name_of(profile.security);
  if (!enterprise(profile.security)) return security;
  switch (profile.eap) {
    case WlanEap::kTls:
      return absl::StrCat(security, ", EAP-TLS");
    case WlanEap::kFast:
      return absl::StrCat(security, ", EAP-FAST");
    case WlanEap::kPeapMschapv2:
      return absl::StrCat(security, ", PEAP-MSCHAPv2");
    case WlanEap::kPeapGtc:
      return absl::StrCat(security, ", PEAP-GTC");
    case WlanEap::kAuto:
      return absl::StrCat(security, ", EAP-FAST or PEAP");
  }
  return security;
}

std::string eap_identity(const WlanProfile& profile, const EapEnvironment& around) {
  if (!enterprise(profile.security)) return {};
  if (profile.eap != WlanEap::kTls || !profile.user.empty()) return profile.user;
  return absl::StrCat(around.product, "-", around.device_name);
}

bool has_eap(const WlanProfile& profile) { return enterprise(profile.security); }

bool keeps_pac(const WlanProfile& profile) {
  return enterprise(profile.security) && (profile.eap == WlanEap::kFast || profile.eap == WlanEap::kAuto);
}

std::optional<WlanTrouble> trouble_of(AccessCause cause) {
  switch (cause) {
    case AccessCause::kPassword:
      return WlanTrouble::kCredentialsRefused;
    case AccessCause::kMethodForbidden:
      return WlanTrouble::kMethodDisabled;
    case AccessCause::kServerUntrusted:
    case AccessCause::kServerName:
    case AccessCause::kServerExpired:
    case AccessCause::kServerNotYetValid:
    case AccessCause::kServerOther:
      return WlanTrouble::kServerRefused;
    case AccessCause::kNoAccessPoint:
    case AccessCause::kServerSilent:
      return WlanTrouble::kSilent;
    case AccessCause::kWrongKey:
      return WlanTrouble::kWrongKey;
    default:
      return std::nullopt;
  }
}

std::optional<WlanTrouble> trouble_of_roots(const std::vector<std::string>& anchors, absl::Time now) {
  bool expired = false;
  for (const auto& der : anchors) {
    const auto root = crypto::Certificate::parse(der);
    if (!root.ok() || X509_check_ca(root->get()) == 0) continue;
    if (now < root->not_after()) return std::nullopt;
    expired = true;
  }
  return expired ? WlanTrouble::kRootExpired : WlanTrouble::kRootInvalid;
}

const char* why_cleared(const WlanProfile& profile, WlanTrouble trouble) {
  if (!enterprise(profile.security) || profile.eap == WlanEap::kTls) return "";
  switch (trouble) {
    case WlanTrouble::kCredentialsRefused:
      return "The Wi-Fi password has been cleared: the user name or password was refused";
    case WlanTrouble::kRootInvalid:
      return peap(profile.eap) ? "The Wi-Fi password has been cleared: the installed root CA is not a CA certificate"
                               : "";
    case WlanTrouble::kRootExpired:
      return peap(profile.eap) ? "The Wi-Fi password has been cleared: the root CA has expired" : "";
    case WlanTrouble::kMethodDisabled:
      return "The Wi-Fi password has been cleared: the server no longer offers this EAP type";
    case WlanTrouble::kServerRefused:
    case WlanTrouble::kSilent:
    case WlanTrouble::kWrongKey:
      return "";
  }
  return "";
}

}  // namespace phone::network
