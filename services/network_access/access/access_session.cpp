// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/access/access_session.hpp"

#include <utility>

#include "absl/strings/str_cat.h"

namespace phone::network {
namespace {

using Kind = SupplicantEvent::Kind;

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

void AccessSession::add_detail(std::string_view more) {
  status_.detail = absl::StrCat(status_.detail, status_.detail.empty() ? "" : "; ", std::string(more));
}

const char* name_of(AccessState state) {
  switch (state) {
    case AccessState::kDisabled:
      return "Disabled";
    case AccessState::kDisconnected:
      return "Disconnected";
    case AccessState::kConnecting:
      return "Connecting";
    case AccessState::kAcquired:
      return "Acquired";
    case AccessState::kAuthenticating:
      return "Authenticating";
    case AccessState::kAuthenticated:
      return "Authenticated";
    case AccessState::kHeld:
      return "Held";
    case AccessState::kLogoff:
      return "Logoff";
  }
  return "Unknown";
}

void AccessSession::disable() { status_ = AccessStatus(); }

void AccessSession::lose_link() {
  status_.state = AccessState::kDisconnected;
  status_.provisioning = false;
}

void AccessSession::log_off() { status_.state = AccessState::kLogoff; }

void AccessSession::begin(Attempt attempt) {
  attempt_ = std::move(attempt);
  status_.state = AccessState::kConnecting;
  status_.method = attempt_.method;
  status_.identity = attempt_.identity;
  status_.tls_version.clear();
  status_.provisioning = attempt_.provisioning;
  forget_session();
}

void AccessSession::forget_session() {
  selected_ = tunnel_ = refused_method_ = saw_certificate_ = password_refused_ = key_unusable_ = false;
  account_trouble_.clear();
  certificate_cause_ = AccessCause::kNone;
}

void AccessSession::fail(AccessCause cause, std::string detail) {
  status_.state = AccessState::kHeld;
  status_.cause = cause;
  status_.detail = std::move(detail);
  ++status_.failures;
}

void AccessSession::unanswered() {
  const bool wlan = attempt_.medium == Medium::kWlan;
  // Somebody who answered once and is silent in the middle is another trouble than nobody at all.
  if (status_.state == AccessState::kConnecting) {
    status_.cause = wlan ? AccessCause::kNoAccessPoint : AccessCause::kNoAnswer;
  } else {
    status_.cause = attempt_.eap ? AccessCause::kServerSilent : AccessCause::kNotAdmitted;
    status_.state = AccessState::kHeld;
    ++status_.failures;
  }
  status_.detail.clear();
}

void AccessSession::nothing_fits(const std::string& offered) {
  if (status_.state != AccessState::kConnecting) return;
  status_.cause = offered.empty() ? AccessCause::kNoAccessPoint : AccessCause::kSecurityMismatch;
  status_.detail = offered;
}

AccessCause AccessSession::judge() const {
  if (certificate_cause_ != AccessCause::kNone) return certificate_cause_;
  if (password_refused_) return AccessCause::kPassword;
  if (!account_trouble_.empty()) return AccessCause::kRefused;
  if (key_unusable_) return AccessCause::kKeyUnavailable;
  if (refused_method_ && !selected_) return AccessCause::kMethodForbidden;
  if (selected_ && attempt_.tls_alone && !saw_certificate_) return AccessCause::kTlsMismatch;
  if (selected_ && attempt_.silent_password && saw_certificate_) return AccessCause::kPassword;
  return AccessCause::kRefused;
}

AccessSession::Next AccessSession::end(AccessCause cause, std::string detail) {
  fail(cause, std::move(detail));
  return Next::kFailed;
}

AccessSession::Next AccessSession::take_wlan(const SupplicantEvent& event) {
  constexpr unsigned kSae = 3;            // IEEE 802.11 table 9-43
  constexpr int kUnspecifiedFailure = 1;  // what SAE says of a wrong password
  const bool open = status_.state == AccessState::kAuthenticated;
  const bool held = status_.state == AccessState::kHeld;  // what comes now is about the pause, not about a new try
  switch (event.kind) {
    case Kind::kConnected:
      return held ? Next::kNothing : Next::kConfirm;
    case Kind::kAssociated:
      if (!held) access_point_ = event.address;
      if (!open && !held) status_.state = AccessState::kAcquired;
      return Next::kNothing;
    case Kind::kDisconnected:
      if (!open) return Next::kNothing;
      status_.state = AccessState::kConnecting;
      status_.cause = AccessCause::kConnectionLost;
      status_.detail = absl::StrCat("reason ", event.number);
      return Next::kNothing;
    case Kind::kNetworkNotFound:
      if (open || held) return Next::kNothing;
      status_.state = AccessState::kConnecting;
      return Next::kLookAround;
    case Kind::kNetworkDisabled:
      if (held) return Next::kNothing;
      if (event.text == "WRONG_KEY") return end(AccessCause::kWrongKey, "");
      return end(attempt_.eap && event.text == "AUTH_FAILED" ? judge() : AccessCause::kNotAdmitted, event.text);
    case Kind::kRejected:
      if (held || open) return Next::kNothing;
      if (event.method == kSae && event.number == kUnspecifiedFailure) return end(AccessCause::kWrongKey, "");
      return end(AccessCause::kNotAdmitted, absl::StrCat("status ", event.number));
    case Kind::kAssociationRefused:
      if (held || open) return Next::kNothing;
      return end(AccessCause::kNotAdmitted, absl::StrCat("status ", event.number));
    default:
      return Next::kNothing;
  }
}

AccessSession::Next AccessSession::take(const SupplicantEvent& event) {
  // On a wire the port stays open while the switch asks again, so a new session shows only by how it ends.
  const bool open = status_.state == AccessState::kAuthenticated;
  switch (event.kind) {
    case Kind::kEapStarted:
      forget_session();
      if (!open) status_.state = AccessState::kAcquired;
      return Next::kNothing;
    case Kind::kMethodProposed:
      refused_method_ = refused_method_ || event.refused;
      return Next::kNothing;
    case Kind::kMethodSelected:
      selected_ = true;
      tunnel_ = event.method == kPeap || event.method == kFast;
      if (!open) status_.state = AccessState::kAuthenticating;
      return Next::kNothing;
    case Kind::kPeerCertificate:
      saw_certificate_ = true;
      if (event.depth == 0) {
        status_.server_subject = event.subject;
        if (!event.der.empty()) status_.server_certificate = event.der;
      }
      return Next::kNothing;
    case Kind::kCertificateError:
      certificate_cause_ = cause_of(event.fault);
      certificate_detail_ = absl::StrCat(event.subject, ": ", event.text);
      return Next::kNothing;
    case Kind::kPasswordRefused:
      // MSCHAPv2 is spoken within a tunnel alone, whose server has been checked; elsewhere it is nobody's word.
      if (!tunnel_ || certificate_cause_ != AccessCause::kNone) return Next::kNothing;
      account_trouble_ = account_trouble(event.number);
      password_refused_ = account_trouble_.empty();
      return Next::kNothing;
    case Kind::kMethodUnusable:
      key_unusable_ = true;
      return Next::kNothing;
    case Kind::kPasswordWanted:
      return Next::kPassword;
    case Kind::kEapSuccess:
      // On a WLAN the keys are still to come.
      return attempt_.medium == Medium::kWire ? Next::kConfirm : Next::kNothing;
    case Kind::kEapFailure: {
      const AccessCause cause = judge();
      return end(cause, certificate_cause_ == cause      ? certificate_detail_
                        : cause == AccessCause::kRefused ? account_trouble_
                                                         : "");
    }
    default:
      return attempt_.medium == Medium::kWlan ? take_wlan(event) : Next::kNothing;
  }
}

bool AccessSession::confirm(const SupplicantStatus& status) {
  if (attempt_.medium == Medium::kWlan ? !status.connected() : !status.authenticated()) return false;
  status_.state = AccessState::kAuthenticated;
  status_.cause = AccessCause::kNone;
  status_.detail.clear();
  status_.failures = 0;
  status_.provisioning = false;
  if (attempt_.medium == Medium::kWire && !status.method.empty()) status_.method = status.method;
  status_.tls_version = status.tls_version;
  return true;
}

void AccessSession::miss_events() {
  forget_session();
  access_point_.clear();
}

AccessSession::Resync AccessSession::resynchronise(const SupplicantStatus& status) {
  switch (status_.state) {
    case AccessState::kDisabled:
    case AccessState::kDisconnected:
    case AccessState::kHeld:  // the next try is due anyway
    case AccessState::kLogoff:
      return Resync::kNothing;
    default:
      break;
  }
  const bool open = status_.state == AccessState::kAuthenticated;
  if (confirm(status)) return Resync::kOpen;
  // On a wire the port stays open while the switch asks again.
  const bool wlan = attempt_.medium == Medium::kWlan;
  if (!open || (!wlan && status.port_authorized)) return Resync::kNothing;
  status_.state = wlan ? AccessState::kConnecting : AccessState::kAcquired;
  if (wlan) status_.cause = AccessCause::kConnectionLost;
  return Resync::kLost;
}

void AccessSession::renewed_pac() {
  status_.state = AccessState::kConnecting;
  status_.cause = AccessCause::kPacRenewed;
  status_.detail.clear();
}

}  // namespace phone::network
