// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/access/access_session.hpp"

#include <utility>

#include "absl/strings/str_cat.h"

namespace phone::network {

namespace {

// Whether the cause says more than that there was no authentication.
bool says_why(AccessCause cause) {
  switch (cause) {
    case AccessCause::kNone:
    case AccessCause::kNoAnswer:
    case AccessCause::kRefused:
    case AccessCause::kNotAsked:
    case AccessCause::kUnproven:
      return false;
    default:
      return true;
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
    case AccessState::kUnproven:
      return "Let in without authentication";
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

void AccessSession::begin(Attempt attempt) {
  attempt_ = std::move(attempt);
  enter(AccessState::kConnecting, "begun");
  status_.method = attempt_.method;
  status_.identity = attempt_.identity;
  status_.tls_version.clear();
  status_.provisioning = attempt_.provisioning;
  status_.own_certificate = attempt_.own;
  conversation_ = EapConversation();
  asked_ = false;
  final_ = Final::kNone;
}

void AccessSession::fail(AccessCause cause, std::string detail) {
  enter(AccessState::kHeld, sentence(cause));
  status_.cause = cause;
  status_.detail = std::move(detail);
  ++status_.failures;
}

void AccessSession::unanswered() {
  // A server that falls silent midway is another cause than no answer at all.
  if (status_.state == AccessState::kConnecting) {
    status_.cause = wlan() ? AccessCause::kNoAccessPoint : AccessCause::kNoAnswer;
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
  asked_ = false;
  return Next::kFailed;
}

AccessSession::Next AccessSession::take(const SupplicantEvent& event) {
  return std::visit([this](const auto& one) { return on(one); }, event);
}

template <class Event>
AccessSession::Next AccessSession::note(const Event& event) {
  conversation_.take(event);
  return Next::kNothing;
}

// On a wire the port stays open while the switch asks again, so a new conversation shows only by how it ends.
AccessSession::Next AccessSession::on(const supplicant::EapStarted&) {
  conversation_ = EapConversation();
  asked_ = true;
  final_ = Final::kNone;
  if (!open()) enter(AccessState::kAcquired, "EAP started");
  return Next::kNothing;
}

AccessSession::Next AccessSession::on(const supplicant::MethodSelected& selected) {
  asked_ = true;
  if (!open()) enter(AccessState::kAuthenticating, "method selected");
  return note(selected);
}

AccessSession::Next AccessSession::on(const supplicant::PeerCertificateShown& shown) {
  if (shown.depth == 0) {
    status_.server_subject = shown.subject;
    if (!shown.der.empty()) status_.server_certificate = shown.der;
  }
  return note(shown);
}

// On a WLAN the keys are still to come. After EAP-Failure the supplicant has only waited long enough for a success that
// it takes for lost.
AccessSession::Next AccessSession::on(const supplicant::EapSucceeded&) {
  if (final_ == Final::kSuccessAfterFailure) return let_in_unproven();
  return wlan() || final_ == Final::kFailure ? Next::kNothing : Next::kConfirm;
}

AccessSession::Next AccessSession::on(const supplicant::EapFailed&) {
  if (wlan()) return end_as_judged();
  // Of the frame that has ended it already.
  if (!linked() || (held() && !asked_)) return Next::kNothing;
  if (final_ == Final::kSuccess || final_ == Final::kSuccessAfterFailure) return let_in_unproven();
  return asked_ ? end_as_judged() : not_asked();
}

AccessSession::Next AccessSession::end_as_judged() {
  const AccessCause cause = conversation_.judge(attempt_);
  return end(cause, conversation_.detail_of(cause));
}

AccessSession::Next AccessSession::on(const supplicant::SuccessFrameSeen&) {
  if (wlan() || !linked()) return Next::kNothing;
  final_ = refused() ? Final::kSuccessAfterFailure : Final::kSuccess;
  return open() || status_.state == AccessState::kUnproven ? Next::kNothing : Next::kJudge;
}

AccessSession::Next AccessSession::on(const supplicant::FailureFrameSeen&) {
  if (wlan() || !linked() || held()) return Next::kNothing;
  final_ = Final::kFailure;
  if (open() || status_.state == AccessState::kUnproven) enter(AccessState::kAcquired, "EAP-Failure");
  return Next::kJudge;
}

AccessSession::Next AccessSession::judge(const SupplicantStatus& status) {
  if (final_ != Final::kFailure || !asked_ || !status.method_done) return Next::kNothing;
  return end(AccessCause::kAuthorizationDenied, {});
}

AccessSession::Next AccessSession::judge_unheard() {
  switch (final_) {
    case Final::kNone:
      return Next::kNothing;
    case Final::kSuccess:
    case Final::kSuccessAfterFailure:
      return let_in_unproven();
    case Final::kFailure:
      return asked_ ? end_as_judged() : not_asked();
  }
  return Next::kNothing;
}

AccessSession::Next AccessSession::let_in_unproven() {
  if (status_.state == AccessState::kUnproven) return Next::kNothing;
  // What the phone or the server has found wrong before is the reason that the network has no better answer.
  const AccessCause before = asked_ ? conversation_.judge(attempt_) : status_.cause;
  enter(AccessState::kUnproven, sentence(AccessCause::kUnproven));
  status_.cause = AccessCause::kUnproven;
  status_.detail = says_why(before) ? sentence(before) : "";
  asked_ = false;
  return Next::kUnproven;
}

AccessSession::Next AccessSession::not_asked() {
  const bool again = status_.cause == AccessCause::kNotAsked;
  enter(AccessState::kConnecting, sentence(AccessCause::kNotAsked));
  status_.cause = AccessCause::kNotAsked;
  status_.detail.clear();
  status_.failures = again ? status_.failures + 1 : 1;
  return Next::kNotAsked;
}

AccessSession::Next AccessSession::on(const supplicant::Connected&) {
  return wlan() && !held() ? Next::kConfirm : Next::kNothing;
}

AccessSession::Next AccessSession::on(const supplicant::Associated& associated) {
  if (!wlan() || held()) return Next::kNothing;
  access_point_ = associated.address;
  if (!open()) enter(AccessState::kAcquired, "associated");
  return Next::kNothing;
}

AccessSession::Next AccessSession::on(const supplicant::Disconnected& disconnected) {
  if (!wlan() || !open()) return Next::kNothing;
  enter(AccessState::kConnecting, "disconnected");
  status_.cause = AccessCause::kConnectionLost;
  status_.detail = absl::StrCat("reason ", disconnected.reason);
  return Next::kNothing;
}

AccessSession::Next AccessSession::on(const supplicant::NetworkNotFound&) {
  if (!wlan() || open() || held()) return Next::kNothing;
  enter(AccessState::kConnecting, "network not found");
  return Next::kLookAround;
}

AccessSession::Next AccessSession::on(const supplicant::NetworkDisabled& disabled) {
  if (!wlan() || held()) return Next::kNothing;
  if (disabled.reason == "WRONG_KEY") return end(AccessCause::kWrongKey, "");
  const bool refused = attempt_.eap && disabled.reason == "AUTH_FAILED";
  return end(refused ? conversation_.judge(attempt_) : AccessCause::kNotAdmitted, disabled.reason);
}

AccessSession::Next AccessSession::on(const supplicant::AuthenticationRejected& rejected) {
  constexpr unsigned kSae = 3;            // IEEE 802.11 table 9-43
  constexpr int kUnspecifiedFailure = 1;  // SAE's answer to a wrong password
  if (!wlan() || held() || open()) return Next::kNothing;
  if (rejected.algorithm == kSae && rejected.status == kUnspecifiedFailure) return end(AccessCause::kWrongKey, "");
  return end(AccessCause::kNotAdmitted, absl::StrCat("status ", rejected.status));
}

AccessSession::Next AccessSession::on(const supplicant::AssociationRejected& rejected) {
  if (!wlan() || held() || open()) return Next::kNothing;
  return end(AccessCause::kNotAdmitted, absl::StrCat("status ", rejected.status));
}

bool AccessSession::confirm(const SupplicantStatus& status) {
  if (refused()) return false;
  if (wlan() ? !status.connected() : !status.authenticated()) return false;
  enter(AccessState::kAuthenticated, "STATUS says so");
  status_.cause = AccessCause::kNone;
  status_.detail.clear();
  status_.failures = 0;
  status_.provisioning = false;
  if (!wlan() && !status.method.empty()) status_.method = status.method;
  status_.tls_version = status.tls_version;
  asked_ = false;
  return true;
}

void AccessSession::miss_events() {
  conversation_ = EapConversation();
  asked_ = true;  // it may have been
  access_point_.clear();
}

AccessSession::Resync AccessSession::resynchronise(const SupplicantStatus& status) {
  switch (status_.state) {
    case AccessState::kDisabled:
    case AccessState::kDisconnected:
    case AccessState::kHeld:  // the next try is due anyway
      return Resync::kNothing;
    default:
      break;
  }
  const bool was_open = open();
  if (confirm(status)) return Resync::kOpen;
  // On a wire the port stays open while the switch asks again.
  if (!was_open || (!wlan() && status.port_authorized)) return Resync::kNothing;
  enter(wlan() ? AccessState::kConnecting : AccessState::kAcquired, "STATUS says so");
  if (wlan()) status_.cause = AccessCause::kConnectionLost;
  return Resync::kLost;
}

void AccessSession::renewed_pac() {
  enter(AccessState::kConnecting, "the PAC was renewed");
  status_.cause = AccessCause::kPacRenewed;
  status_.detail.clear();
}

}  // namespace phone::network
