// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/status/security_settings.hpp"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <algorithm>

#include "gateway/status/trust_list_menu.hpp"

namespace phone::gateway {
namespace {

using phone::policy::v1::SecurityMode;

SecurityMode mode_of_connection(const phone::signaling::v1::Registration& registration) {
  if (registration.tls_version().empty()) return phone::policy::v1::SECURITY_MODE_NONSECURE;
  // A NULL suite authenticates without secrecy (RFC 5246 appendix A.5).
  if (absl::StrContains(absl::AsciiStrToUpper(registration.cipher_suite()), "NULL")) {
    return phone::policy::v1::SECURITY_MODE_AUTHENTICATED;
  }
  return phone::policy::v1::SECURITY_MODE_ENCRYPTED;
}

std::string name_of(SecurityMode mode) {
  switch (mode) {
    case phone::policy::v1::SECURITY_MODE_NONSECURE:
      return "Non Secure";
    case phone::policy::v1::SECURITY_MODE_AUTHENTICATED:
      return "Authenticated";
    case phone::policy::v1::SECURITY_MODE_ENCRYPTED:
      return "Encrypted";
    default:
      return "";
  }
}

std::string signature_of(const phone::trust::v1::TrustList& list) {
  return list.installed() ? list.sha1() : "Not installed";
}

// Whether a service that enforces a switch says that it is off.
bool says_off(const SecurityFacts& facts, std::string_view element) {
  const auto off = [&](const auto* from) {
    return from != nullptr && std::any_of(from->setting().begin(), from->setting().end(), [&](const auto& one) {
             return one.element() == element && one.state() == phone::mesh::v1::SETTING_STATE_OFF;
           });
  };
  return off(facts.trust) || off(facts.signaling) || off(facts.certificates);
}

bool has_lsc(const phone::certificates::v1::CertificateState& state) {
  return std::any_of(state.certificate().begin(), state.certificate().end(), [](const auto& certificate) {
    return certificate.kind() == phone::certificates::v1::CERTIFICATE_KIND_LSC;
  });
}

}  // namespace

std::string tls_version_name(std::uint32_t wire_version) {
  switch (wire_version) {
    case 0x0301:
      return "TLS 1.0";
    case 0x0302:
      return "TLS 1.1";
    case 0x0303:
      return "TLS 1.2";
    case 0x0304:
      return "TLS 1.3";
    default:
      return "";
  }
}

std::string security_mode_in_force(SecurityMode configured, const phone::signaling::v1::SignalingState* signaling) {
  if (signaling == nullptr) return name_of(configured);
  for (const auto& registration : signaling->registration()) {
    if (!registration.active() || registration.state() != phone::signaling::v1::REGISTRATION_STATE_REGISTERED) continue;
    const SecurityMode observed = mode_of_connection(registration);
    return name_of(configured == phone::policy::v1::SECURITY_MODE_UNSPECIFIED ? observed
                                                                              : std::min(configured, observed));
  }
  return name_of(configured);
}

phone::gateway::v1::SecuritySettings security_in_force(const SecurityFacts& facts) {
  phone::gateway::v1::SecuritySettings settings;
  const auto configured =
      facts.policy != nullptr ? facts.policy->security_mode : phone::policy::v1::SECURITY_MODE_UNSPECIFIED;
  settings.set_security_mode(security_mode_in_force(configured, facts.signaling));
  if (facts.policy != nullptr) {
    settings.set_fips(facts.policy->fips && !says_off(facts, "vendorConfig/fipsMode"));
    settings.set_tls_minimum(tls_version_name(facts.policy->tls_minimum));
    settings.set_tls_server_minimum(tls_version_name(facts.policy->tls_server_minimum));
  }
  if (facts.certificates != nullptr) settings.set_lsc(has_lsc(*facts.certificates) ? "Installed" : "Not installed");
  if (facts.trust != nullptr) {
    settings.set_ctl_signature(signature_of(facts.trust->ctl()));
    settings.set_itl_signature(signature_of(facts.trust->itl()));
    settings.set_signed_files_required(facts.trust->signed_files_required());
  }
  if (facts.policy != nullptr || facts.trust != nullptr) {
    *settings.mutable_trust_list() = trust_list_menu(facts.policy, facts.trust);
  }
  return settings;
}

}  // namespace phone::gateway
