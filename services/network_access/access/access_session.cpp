// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/access/access_session.hpp"

#include <utility>

#include "absl/strings/str_cat.h"

namespace phone::network {
namespace {

using Kind = SupplicantEvent::Kind;

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

void AccessSession::enter(AccessState state, std::string_view cause) {
  const AccessState from = std::exchange(status_.state, state);
  if (from != state && delegate_.entered) delegate_.entered(from, state, cause);
}

void AccessSession::disable() {
  enter(AccessState::kDisabled, "disabled");
  status_ = AccessStatus();
}

void AccessSession::lose_link() {
  enter(AccessState::kDisconnected, "no link");
  status_.provisioning = false;
}

void AccessSession::log_off() { enter(AccessState::kLogoff, "logged off"); }

void AccessSession::begin(Attempt attempt) {
  attempt_ = std::move(attempt);
  enter(AccessState::kConnecting, "begun");
  status_.method = attempt_.method;
  status_.identity = attempt_.identity;
  status_.tls_version.clear();
  status_.provisioning = attempt_.provisioning;
  conversation_ = EapConversation();
}

void AccessSession::fail(AccessCause cause, std::string detail) {
  enter(AccessState::kHeld, sentence(cause));
  status_.cause = cause;
  status_.detail = std::move(detail);
  ++status_.failures;
}

void AccessSession::unanswered() {
  const bool wlan = attempt_.medium == Medium::kWlan;
  // Somebody who answered once and is silent in the middle is another trouble than nobody at all.
  if (status_.state == AccessState::kConnecting) {
    status_.cause = wlan ? AccessCause::kNoAccessPoint : AccessCause::kNoAnswer;
    status_.detail.clear();
  } else {
    fail(attempt_.eap ? AccessCause::kServerSilent : AccessCause::kNotAdmitted, {});
  }
}

void AccessSession::nothing_fits(const std::string& offered) {
  if (status_.state != AccessState::kConnecting) return;
  status_.cause = offered.empty() ? AccessCause::kNoAccessPoint : AccessCause::kSecurityMismatch;
  status_.detail = offered;
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
      if (!open && !held) enter(AccessState::kAcquired, "associated");
      return Next::kNothing;
    case Kind::kDisconnected:
      if (!open) return Next::kNothing;
      enter(AccessState::kConnecting, "disconnected");
      status_.cause = AccessCause::kConnectionLost;
      status_.detail = absl::StrCat("reason ", event.number);
      return Next::kNothing;
    case Kind::kNetworkNotFound:
      if (open || held) return Next::kNothing;
      enter(AccessState::kConnecting, "network not found");
      return Next::kLookAround;
    case Kind::kNetworkDisabled:
      if (held) return Next::kNothing;
      if (event.text == "WRONG_KEY") return end(AccessCause::kWrongKey, "");
      return end(
          attempt_.eap && event.text == "AUTH_FAILED" ? conversation_.judge(attempt_) : AccessCause::kNotAdmitted,
          event.text);
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
  // On a wire the port stays open while the switch asks again, so a new conversation shows only by how it ends.
  const bool open = status_.state == AccessState::kAuthenticated;
  switch (event.kind) {
    case Kind::kEapStarted:
      conversation_ = EapConversation();
      if (!open) enter(AccessState::kAcquired, "EAP started");
      return Next::kNothing;
    case Kind::kMethodSelected:
      conversation_.take(event);
      if (!open) enter(AccessState::kAuthenticating, "method selected");
      return Next::kNothing;
    case Kind::kPeerCertificate:
      conversation_.take(event);
      if (event.depth == 0) {
        status_.server_subject = event.subject;
        if (!event.der.empty()) status_.server_certificate = event.der;
      }
      return Next::kNothing;
    case Kind::kMethodProposed:
    case Kind::kCertificateError:
    case Kind::kPasswordRefused:
    case Kind::kMethodUnusable:
      conversation_.take(event);
      return Next::kNothing;
    case Kind::kPasswordWanted:
      return Next::kPassword;
    case Kind::kEapSuccess:
      // On a WLAN the keys are still to come.
      return attempt_.medium == Medium::kWire ? Next::kConfirm : Next::kNothing;
    case Kind::kEapFailure: {
      const AccessCause cause = conversation_.judge(attempt_);
      return end(cause, conversation_.detail_of(cause));
    }
    default:
      return attempt_.medium == Medium::kWlan ? take_wlan(event) : Next::kNothing;
  }
}

bool AccessSession::confirm(const SupplicantStatus& status) {
  if (attempt_.medium == Medium::kWlan ? !status.connected() : !status.authenticated()) return false;
  enter(AccessState::kAuthenticated, "STATUS says so");
  status_.cause = AccessCause::kNone;
  status_.detail.clear();
  status_.failures = 0;
  status_.provisioning = false;
  if (attempt_.medium == Medium::kWire && !status.method.empty()) status_.method = status.method;
  status_.tls_version = status.tls_version;
  return true;
}

void AccessSession::miss_events() {
  conversation_ = EapConversation();
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
  enter(wlan ? AccessState::kConnecting : AccessState::kAcquired, "STATUS says so");
  if (wlan) status_.cause = AccessCause::kConnectionLost;
  return Resync::kLost;
}

void AccessSession::renewed_pac() {
  enter(AccessState::kConnecting, "the PAC was renewed");
  status_.cause = AccessCause::kPacRenewed;
  status_.detail.clear();
}

}  // namespace phone::network
