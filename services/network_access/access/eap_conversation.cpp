// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/access/eap_conversation.hpp"

#include "absl/strings/str_cat.h"

namespace phone::network {
namespace {

constexpr unsigned kPeap = 25, kFast = 43;  // EAP types (IANA)

AccessCause cause_of(CertificateFault fault) {
  switch (fault) {
    case CertificateFault::kUntrusted:
      return AccessCause::kServerUntrusted;
    case CertificateFault::kNotYetValid:
      return AccessCause::kServerNotYetValid;
    case CertificateFault::kExpired:
      return AccessCause::kServerExpired;
    case CertificateFault::kSubjectMismatch:
    case CertificateFault::kAltSubjectMismatch:
    case CertificateFault::kDomainSuffixMismatch:
    case CertificateFault::kDomainMismatch:
      return AccessCause::kServerName;
    default:
      return AccessCause::kServerOther;
  }
}

// The alerts of a server that does not like what the phone has shown, by OpenSSL's names of them.
AccessCause cause_of_alert(std::string_view alert) {
  if (alert == "unknown CA") return AccessCause::kOwnUntrusted;
  if (alert == "certificate expired") return AccessCause::kOwnExpiredThere;
  if (alert == "certificate revoked") return AccessCause::kOwnRevoked;
  if (alert == "access denied") return AccessCause::kAuthorizationDenied;
  for (const char* unusable : {"bad certificate", "unsupported certificate", "certificate unknown", "decrypt error",
                               "no certificate", "certificate required"}) {
    if (alert == unusable) return AccessCause::kOwnUnusable;
  }
  for (const char* mismatch : {"handshake failure", "protocol version", "insufficient security"}) {
    if (alert == mismatch) return AccessCause::kTlsMismatch;
  }
  return AccessCause::kRefused;
}

// Faults of the account, with a password that may well be right (MS-CHAPv2, RFC 2759 section 6).
const char* account_trouble(int error) {
  switch (error) {
    case 646:
      return "logon is not allowed at this hour";
    case 647:
      return "the account is disabled";
    case 648:
      return "the password has expired";
    case 649:
      return "the account has no dial-in permission";
    default:
      return "";
  }
}

}  // namespace

bool EapConversation::certificate_refused() const {
  switch (fault_) {
    case AccessCause::kServerUntrusted:
    case AccessCause::kServerName:
    case AccessCause::kServerExpired:
    case AccessCause::kServerNotYetValid:
    case AccessCause::kServerOther:
      return true;
    default:
      return false;
  }
}

void EapConversation::take(const supplicant::MethodProposed& proposed) {
  if (proposed.refused && method_ == Method::kNone) method_ = Method::kForbidden;
}

void EapConversation::take(const supplicant::MethodSelected& selected) {
  method_ = selected.method == kPeap || selected.method == kFast ? Method::kTunnelled : Method::kPlain;
}

void EapConversation::take(const supplicant::PeerCertificateShown&) { ++certificates_; }

void EapConversation::take(const supplicant::PeerCertificateRefused& refused) {
  fault_ = cause_of(refused.fault);
  detail_ = absl::StrCat(refused.subject, ": ", refused.reason);
}

void EapConversation::take(const supplicant::PasswordRefused& refused) {
  // MSCHAPv2 is spoken only within a tunnel whose server has been checked; elsewhere anyone may have sent this.
  if (method_ != Method::kTunnelled || certificate_refused()) return;
  detail_ = account_trouble(refused.error);
  fault_ = detail_.empty() ? AccessCause::kPassword : AccessCause::kRefused;
}

void EapConversation::take(const supplicant::MethodSetupFailed&) {
  if (fault_ == AccessCause::kNone) fault_ = AccessCause::kKeyUnavailable;
}

void EapConversation::take(const supplicant::TlsAlertReceived& alert) {
  // What the phone itself has found comes first: its own alert is often answered by another.
  if (fault_ != AccessCause::kNone || alert.description == "close notify") return;
  fault_ = cause_of_alert(alert.description);
  detail_ = absl::StrCat("TLS alert: ", alert.description);
}

AccessCause EapConversation::judge(const Attempt& attempt) const {
  if (fault_ != AccessCause::kNone) return fault_;
  if (method_ == Method::kNone) return AccessCause::kRefused;
  if (method_ == Method::kForbidden) return AccessCause::kMethodForbidden;
  if (attempt.tls_alone && certificates_ == 0) return AccessCause::kTlsMismatch;
  if (attempt.silent_password && certificates_ > 0) return AccessCause::kPassword;
  return AccessCause::kRefused;
}

}  // namespace phone::network
