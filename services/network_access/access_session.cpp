#include "services/network_access/access_session.hpp"

#include <utility>

#include "absl/strings/str_cat.h"

namespace phone::network {
namespace {

using Kind = SupplicantEvent::Kind;

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

}  // namespace

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

void AccessSession::begin(EapMethod method, std::string identity, bool provisioning) {
  method_ = method;
  status_.state = AccessState::kConnecting;
  status_.method = name_of(method);
  status_.identity = std::move(identity);
  status_.tls_version.clear();
  status_.provisioning = provisioning;
  forget_session();
}

void AccessSession::forget_session() {
  selected_ = refused_method_ = saw_certificate_ = password_refused_ = key_unusable_ = false;
  certificate_cause_ = AccessCause::kNone;
}

void AccessSession::fail(AccessCause cause, std::string detail) {
  status_.state = AccessState::kHeld;
  status_.cause = cause;
  status_.detail = std::move(detail);
  ++status_.failures;
}

void AccessSession::unanswered() {
  // Somebody who answered once and is silent in the middle is another trouble than nobody at all.
  status_.cause = status_.state == AccessState::kConnecting ? AccessCause::kNoAnswer : AccessCause::kServerSilent;
  if (status_.cause == AccessCause::kServerSilent) {
    status_.state = AccessState::kHeld;
    ++status_.failures;
  }
  status_.detail.clear();
}

AccessCause AccessSession::judge() const {
  if (certificate_cause_ != AccessCause::kNone) return certificate_cause_;
  if (password_refused_) return AccessCause::kPassword;
  if (key_unusable_) return AccessCause::kKeyUnavailable;
  if (refused_method_ && !selected_) return AccessCause::kMethodForbidden;
  if (selected_ && method_ == EapMethod::kTls && !saw_certificate_) return AccessCause::kTlsMismatch;
  return AccessCause::kRefused;
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
      password_refused_ = true;
      return Next::kNothing;
    case Kind::kMethodUnusable:
      key_unusable_ = true;
      return Next::kNothing;
    case Kind::kPasswordWanted:
      return Next::kPassword;
    case Kind::kEapSuccess:
      return Next::kConfirm;
    case Kind::kEapFailure: {
      const AccessCause cause = judge();
      fail(cause, certificate_cause_ == cause ? certificate_detail_ : "");
      return Next::kFailed;
    }
    default:
      return Next::kNothing;
  }
}

bool AccessSession::confirm(const SupplicantStatus& status) {
  if (!status.authenticated()) return false;
  status_.state = AccessState::kAuthenticated;
  status_.cause = AccessCause::kNone;
  status_.detail.clear();
  status_.failures = 0;
  status_.provisioning = false;
  if (!status.method.empty()) status_.method = status.method;
  status_.tls_version = status.tls_version;
  return true;
}

void AccessSession::renewed_ticket() {
  status_.state = AccessState::kConnecting;
  status_.cause = AccessCause::kTicketRenewed;
  status_.detail.clear();
}

}  // namespace phone::network
