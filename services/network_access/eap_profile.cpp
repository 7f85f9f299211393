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

// Hex is how wpa_supplicant takes a string without having to believe its quotes.
Setting text(std::string name, std::string_view value, bool secret = false) {
  return {std::move(name), crypto::hex(value), secret};
}

// Debian patches TLS 1.0 back in, so each version below the minimum is switched off by name; 1.3 is off unless asked
// for.
std::string versions(std::uint16_t minimum, bool fast) {
  const auto off = [&](std::uint16_t version) { return version < minimum ? "1" : "0"; };
  return absl::StrCat("tls_disable_tlsv1_0=", off(0x0301), " tls_disable_tlsv1_1=", off(0x0302),
                      " tls_disable_tlsv1_2=", off(0x0303), " tls_disable_tlsv1_3=", fast ? "1" : "0");
}

}  // namespace

const char* name_of(EapMethod method) { return method == EapMethod::kFast ? "EAP-FAST" : "EAP-TLS"; }

absl::Status check_profile(const EapProfile& profile, std::uint16_t tls_minimum) {
  if (profile.anchors.empty()) {
    return absl::InvalidArgumentError("the profile names no authority for the server's certificate");
  }
  if (profile.servers.empty()) return absl::InvalidArgumentError("the profile names no server");
  if (profile.anchors.size() > kMaxAnchors || profile.servers.size() > kMaxServers) {
    return absl::InvalidArgumentError("the profile names too many authorities or servers");
  }
  for (const auto& server : profile.servers) {
    if (!plain_host(server)) return absl::InvalidArgumentError("a server's name in the profile is no host name");
  }
  if (profile.identity.size() > kMaxIdentity || profile.password.size() > kMaxPassword) {
    return absl::InvalidArgumentError("identity or password is too long");
  }
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
      text("ca_cert", around.anchors_file),
      text("domain_match", absl::StrJoin(profile.servers, ";")),
  };
  if (fast) {
    settings.push_back(text("anonymous_identity", identity));
    settings.push_back(text("identity", profile.identity.empty() ? identity : profile.identity));
    settings.push_back(text("password", profile.password.view(), true));
    settings.push_back(text("pac_file", around.pac_file));
    // 2: provisioning inside a TLS tunnel whose server has been checked; anonymous provisioning would trust anybody.
    settings.push_back({"phase1", absl::StrCat("\"fast_provisioning=2 ", versions(around.tls_minimum, true), "\"")});
    settings.push_back({"phase2", "\"auth=MSCHAPV2\""});
  } else {
    settings.push_back(text("identity", identity));
    settings.push_back(text("client_cert", around.certificate_file));
    settings.push_back(text("private_key", around.key_uri));
    settings.push_back({"phase1", absl::StrCat("\"", versions(around.tls_minimum, false), "\"")});
  }
  return settings;
}

}  // namespace phone::network
