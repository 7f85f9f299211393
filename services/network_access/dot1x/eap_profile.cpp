// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/dot1x/eap_profile.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/crypto/digest.hpp"
#include "common/net/host.hpp"
#include "common/tls/profile.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kMaxAnchors = 16;
constexpr std::size_t kMaxServers = 8;
constexpr std::size_t kMaxIdentity = 253;  // RFC 2865 section 5.1, User-Name
constexpr std::size_t kMaxPassword = 128;
// RFC 4851 section 3.2: every server of EAP-FAST has these, and many nothing else. The method is not available in
// FIPS mode, and where AES-128 is switched off these are off too.
constexpr char kFastSuites[] = ":DHE-RSA-AES128-SHA:AES128-SHA";
constexpr std::uint8_t kAnyAes128Off = 1U << 2 | 1U << 4 | 1U << 5;

}  // namespace

Setting hex_setting(std::string name, std::string_view value, bool secret) {
  return {std::move(name), crypto::hex(value), secret};
}

absl::StatusOr<EapTls> eap_tls(EapUse use, const tls::Policy& policy, bool clock_known) {
  const auto profile = tls::Profile::of(tls::Function::kEap, policy);
  if (!profile.ok()) return profile.status();
  if (use == EapUse::kFast && policy.fips) {
    return absl::FailedPreconditionError("EAP-FAST is not allowed in FIPS mode: it is built on SHA-1 and MSCHAPv2");
  }
  const int least = use == EapUse::kCertificate ? std::max<int>(profile->minimum(), tls::kTls12) : profile->minimum();
  // TLS 1.3 cannot be held to a suite by wpa_supplicant's settings; where some are switched off it is switched off too.
  const bool new_one = use != EapUse::kFast && policy.switched_off == 0;
  const int most = std::min<int>(profile->maximum(), new_one ? tls::kTls13 : tls::kTls12);
  if (least > most) {
    return absl::FailedPreconditionError(
        use == EapUse::kFast
            ? "EAP-FAST supports TLS up to 1.2, and the policy requires TLS 1.3"
            : "the policy requires TLS 1.3 and disables cipher suites, which EAP with TLS 1.3 cannot honour");
  }
  const bool classic = use == EapUse::kFast && (policy.switched_off & kAnyAes128Off) == 0;
  // Debian patches TLS 1.0 back in, so each version outside is switched off by name; 1.3 is off unless asked for.
  const auto off = [&](int version) { return version < least || version > most ? "1" : "0"; };
  return EapTls{absl::StrCat("tls_disable_tlsv1_0=", off(tls::kTls10), " tls_disable_tlsv1_1=", off(tls::kTls11),
                             " tls_disable_tlsv1_2=", off(tls::kTls12), " tls_disable_tlsv1_3=", off(tls::kTls13),
                             // Without a time there is nothing to judge by; it is judged again once there is one.
                             clock_known ? "" : " tls_disable_time_checks=1"),
                {"openssl_ciphers", absl::StrCat("\"", profile->suites12(), classic ? kFastSuites : "",
                                                 "@SECLEVEL=", profile->security_level(), "\"")}};
}

const char* name_of(EapMethod method) { return method == EapMethod::kFast ? "EAP-FAST" : "EAP-TLS"; }

absl::Status check_server(const std::vector<std::string>& anchors, const std::vector<std::string>& servers) {
  if (anchors.empty()) {
    return absl::InvalidArgumentError("give --authority FILE: the CA that issued the RADIUS server's certificate");
  }
  if (servers.empty())
    return absl::InvalidArgumentError("give --server NAME: the name in the RADIUS server's certificate");
  if (anchors.size() > kMaxAnchors || servers.size() > kMaxServers) {
    return absl::InvalidArgumentError("the profile has more than 16 authorities or 8 server names");
  }
  for (const auto& server : servers) {
    if (!net::plain_host(server)) return absl::InvalidArgumentError("--server is not a valid host name");
  }
  return absl::OkStatus();
}

absl::Status check_credentials(const std::string& identity, const crypto::Secret& password) {
  if (identity.size() <= kMaxIdentity && password.size() <= kMaxPassword) return absl::OkStatus();
  return absl::InvalidArgumentError("the identity or password is too long");
}

absl::Status check_profile(const EapProfile& profile, const tls::Policy& policy) {
  if (auto status = check_server(profile.anchors, profile.servers); !status.ok()) return status;
  if (auto status = check_credentials(profile.identity, profile.password); !status.ok()) return status;
  const bool fast = profile.method == EapMethod::kFast;
  if (auto can = eap_tls(fast ? EapUse::kFast : EapUse::kCertificate, policy); !can.ok()) return can.status();
  if (fast && profile.password.empty()) return absl::InvalidArgumentError("EAP-FAST requires a password");
  return absl::OkStatus();
}

std::string eap_identity(const EapProfile& profile, const EapEnvironment& around) {
  if (profile.identity.starts_with(around.product)) return profile.identity;
  return absl::StrCat(around.product, "-", profile.identity.empty() ? around.device_name : profile.identity);
}

absl::StatusOr<std::vector<Setting>> supplicant_settings(const EapProfile& profile, const EapEnvironment& around) {
  if (auto status = check_profile(profile, around.tls); !status.ok()) return status;
  const bool fast = profile.method == EapMethod::kFast;
  auto spoken = eap_tls(fast ? EapUse::kFast : EapUse::kCertificate, around.tls, around.clock_known);
  if (!spoken.ok()) return spoken.status();
  const std::string identity = eap_identity(profile, around);
  std::vector<Setting> settings = {
      {"key_mgmt", "IEEE8021X"},
      {"eapol_flags", "0"},  // no keys on a wire
      {"eap", fast ? "FAST" : "TLS"},
      hex_setting("ca_cert", around.anchors_file),
      hex_setting("domain_match", absl::StrJoin(profile.servers, ";")),
  };
  if (fast) {
    settings.push_back(hex_setting("anonymous_identity", identity));
    settings.push_back(hex_setting("identity", profile.identity.empty() ? identity : profile.identity));
    settings.push_back(hex_setting("password", profile.password.view(), true));
    settings.push_back(hex_setting("pac_file", around.pac_file));
    // 2: provisioning inside a TLS tunnel whose server has been checked; anonymous provisioning would trust any server.
    settings.push_back({"phase1", absl::StrCat("\"fast_provisioning=2 ", spoken->versions, "\"")});
    settings.push_back({"phase2", "\"auth=MSCHAPV2\""});
  } else {
    settings.push_back(hex_setting("identity", identity));
    settings.push_back(hex_setting("client_cert", around.certificate_file));
    settings.push_back(hex_setting("private_key", around.key_uri));
    settings.push_back({"phase1", absl::StrCat("\"", spoken->versions, "\"")});
  }
  settings.push_back(std::move(spoken->suites));
  return settings;
}

}  // namespace phone::network
