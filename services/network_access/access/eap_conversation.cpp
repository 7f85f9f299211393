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

// What the server says of the account when the password may well be right (MS-CHAPv2, RFC 2759 section 6).
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

void EapConversation::take(const SupplicantEvent& event) {
  using Kind = SupplicantEvent::Kind;
  switch (event.kind) {
    case Kind::kMethodProposed:
      if (event.refused && method_ == Method::kNone) method_ = Method::kForbidden;
      return;
    case Kind::kMethodSelected:
      method_ = event.method == kPeap || event.method == kFast ? Method::kTunnelled : Method::kPlain;
      return;
    case Kind::kPeerCertificate:
      ++certificates_;
      return;
    case Kind::kCertificateError:
      fault_ = cause_of(event.fault);
      detail_ = absl::StrCat(event.subject, ": ", event.text);
      return;
    case Kind::kPasswordRefused:
      // MSCHAPv2 is spoken only within a tunnel whose server has been checked; elsewhere anyone may have sent this.
      if (method_ != Method::kTunnelled || certificate_refused()) return;
      detail_ = account_trouble(event.number);
      fault_ = detail_.empty() ? AccessCause::kPassword : AccessCause::kRefused;
      return;
    case Kind::kMethodUnusable:
      if (fault_ == AccessCause::kNone) fault_ = AccessCause::kKeyUnavailable;
      return;
    default:
      return;
  }
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
