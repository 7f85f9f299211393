#include "services/network_access/eap_profile.hpp"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/crypto/digest.hpp"
#include "services/network_access/lease.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kMaxAnchors = 16;
constexpr std::size_t kMaxServers = 8;
constexpr std::size_t kMaxIdentity = 253;  // RFC 2865 section 5.1, User-Name
constexpr std::size_t kMaxPassword = 128;

}  // namespace

Setting hex_setting(std::string name, std::string_view value, bool secret) {
  return {std::move(name), crypto::hex(value), secret};
}

// Debian patches TLS 1.0 back in, so each version below the minimum is switched off by name; 1.3 is off unless asked
// for.
std::string tls_versions(std::uint16_t minimum, bool fast) {
  const auto off = [&](std::uint16_t version) { return version < minimum ? "1" : "0"; };
  return absl::StrCat("tls_disable_tlsv1_0=", off(0x0301), " tls_disable_tlsv1_1=", off(0x0302),
                      " tls_disable_tlsv1_2=", off(0x0303), " tls_disable_tlsv1_3=", fast ? "1" : "0");
}

const char* name_of(EapMethod method) { return method == EapMethod::kFast ? "EAP-FAST" : "EAP-TLS"; }

absl::Status check_server(const std::vector<std::string>& anchors, const std::vector<std::string>& servers) {
  if (anchors.empty()) {
    return absl::InvalidArgumentError("the profile names no authority for the server's certificate");
  }
  if (servers.empty()) return absl::InvalidArgumentError("the profile names no server");
  if (anchors.size() > kMaxAnchors || servers.size() > kMaxServers) {
    return absl::InvalidArgumentError("the profile names too many authorities or servers");
  }
  for (const auto& server : servers) {
    if (!plain_host(server)) return absl::InvalidArgumentError("a server's name in the profile is no host name");
  }
  return absl::OkStatus();
}

absl::Status check_credentials(const std::string& identity, const crypto::Secret& password) {
  if (identity.size() <= kMaxIdentity && password.size() <= kMaxPassword) return absl::OkStatus();
  return absl::InvalidArgumentError("identity or password is too long");
}

absl::Status check_profile(const EapProfile& profile, std::uint16_t tls_minimum) {
  if (auto status = check_server(profile.anchors, profile.servers); !status.ok()) return status;
  if (auto status = check_credentials(profile.identity, profile.password); !status.ok()) return status;
  if (profile.method == EapMethod::kFast) {
    if (tls_minimum >= 0x0304) {
      return absl::InvalidArgumentError("EAP-FAST ends at TLS 1.2 and the policy asks for TLS 1.3");
    }
    if (profile.password.empty()) return absl::InvalidArgumentError("EAP-FAST needs a password");
  }
  return absl::OkStatus();
}

std::string eap_identity(const EapProfile& profile, const EapSurroundings& around) {
  if (profile.identity.starts_with(around.product)) return profile.identity;
  return absl::StrCat(around.product, "-", profile.identity.empty() ? around.device_name : profile.identity);
}

absl::StatusOr<std::vector<Setting>> supplicant_settings(const EapProfile& profile, const EapSurroundings& around) {
  if (auto status = check_profile(profile, around.tls_minimum); !status.ok()) return status;
  const bool fast = profile.method == EapMethod::kFast;
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
    // 2: provisioning inside a TLS tunnel whose server has been checked; anonymous provisioning would trust anybody.
    settings.push_back(
        {"phase1", absl::StrCat("\"fast_provisioning=2 ", tls_versions(around.tls_minimum, true), "\"")});
    settings.push_back({"phase2", "\"auth=MSCHAPV2\""});
  } else {
    settings.push_back(hex_setting("identity", identity));
    settings.push_back(hex_setting("client_cert", around.certificate_file));
    settings.push_back(hex_setting("private_key", around.key_uri));
    settings.push_back({"phase1", absl::StrCat("\"", tls_versions(around.tls_minimum, false), "\"")});
  }
  return settings;
}

}  // namespace phone::network
