// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/network_access/access/access.hpp"
#include "services/network_access/dot1x/pac_file.hpp"

// What follows from the supplicant's reports.
namespace phone::network {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSession(10000);  // from the first answer to the end
constexpr milliseconds kConfirm(5);      // SUCCESS is reported before the port is opened
constexpr int kConfirmations = 100;
constexpr milliseconds kVerdict(1000);         // a supplicant that acts on a frame does so in a few milliseconds
constexpr std::chrono::hours kLongest(24);     // between two looks at the PAC's end
constexpr std::chrono::minutes kFloodTold(1);  // how often a flood that goes on is reported

// The phone's own certificate may be the reason.
bool of_own_certificate(AccessCause cause) {
  switch (cause) {
    case AccessCause::kRefused:
    case AccessCause::kOwnUntrusted:
    case AccessCause::kOwnExpiredThere:
    case AccessCause::kOwnRevoked:
    case AccessCause::kOwnUnusable:
    case AccessCause::kAuthorizationDenied:
      return true;
    default:
      return false;
  }
}

}  // namespace

void Access::take(const SupplicantEvent& event, Now now) {
  if (!asking_or_further()) return;
  const AccessStatus before = session_.status();
  story_.take(event, now.wall);
  const AccessSession::Next next = session_.take(event);
  if (next == AccessSession::Next::kNothing) {
    if (session_.status().state == AccessState::kAcquired) {
      if (std::holds_alternative<supplicant::EapStarted>(event)) start_session("EAP started");
      if (std::holds_alternative<supplicant::Associated>(event)) start_session("associated");
    }
    if (session_.status().state != AccessState::kAuthenticated) lose_access_point("disconnected");
  }
  follow(next, now);
  if (!(before == session_.status())) publish();
}

void Access::follow(AccessSession::Next next, Now now) {
  switch (next) {
    case AccessSession::Next::kNothing:
      return;
    case AccessSession::Next::kLookAround:
      return delegate_.ask_access_points();
    case AccessSession::Next::kConfirm:
      confirmations_ = 0;
      confirmation_ = ask_status();
      return;
    case AccessSession::Next::kPassword:
      session_.fail(AccessCause::kPassword, {});
      return failed(now);
    case AccessSession::Next::kFailed:
      return failed(now);
    case AccessSession::Next::kJudge:
      return judge();
    case AccessSession::Next::kUnproven:
      return let_in_unproven(now);
    case AccessSession::Next::kNotAsked:
      return not_asked(now);
  }
}

void Access::judge() {
  enter(State::kJudging, "the switch has ended the session");
  confirmation_ = 0;  // an answer to an earlier question says nothing any more
  verdict_ = ask_status();
  delegate_.arm(kVerdict);
}

void Access::let_in_unproven(Now now) {
  enter(State::kUnproven, sentence(AccessCause::kUnproven));
  confirmation_ = 0;
  delegate_.arm({});
  tell_outcome("access.unproven", Severity::kWarning, now);
}

void Access::not_asked(Now now) {
  // A switch that authenticates by address may say so at each try; the first time is enough.
  const bool first = session_.status().failures == 1;
  if (first) tell_outcome("access.not_asked", Severity::kInfo, now);
  stop_session();
}

void Access::start_session(std::string_view cause) {
  enter(State::kInSession, cause);
  delegate_.arm(kSession);
}

// It has ended without success, and the supplicant pauses.
void Access::stop_session() {
  const AccessStatus& status = session_.status();
  enter(State::kPaused, sentence(status.cause));
  confirmation_ = 0;  // an answer to an open question says nothing any more
  delegate_.arm(retry_after(status.cause, status.failures));
}

void Access::failed(Now now) {
  delegate_.run(pause(medium_));
  if (store_pac()) {
    session_.renewed_pac();
    tell_step(sentence(AccessCause::kPacRenewed), now);
  } else {
    if (of_own_certificate(session_.status().cause) && shows_certificate(profile())) {
      session_.add_detail(absl::StrCat("shown: ", session_.status().own_certificate));
    }
    const auto trouble = trouble_of(session_.status().cause);
    const bool costs = trouble && costs_password(*trouble, now);
    tell_failure(now);
    if (costs && clear_password(*trouble)) {
      reconcile("the password was cleared", now);
      return;
    }
  }
  stop_session();
}

bool Access::costs_password(WlanTrouble trouble, Now now) {
  const auto* const wlan = std::get_if<WlanProfile>(&profile());
  if (wlan == nullptr || wlan->password.empty() || *why_cleared(*wlan, trouble) == '\0') return false;
  const bool known = is_known(*wlan, session_.access_point());
  if (refusals_.take(trouble, session_.proven(), known, now.steady) == Refusals::Verdict::kClear) return true;
  session_.add_detail(why_kept(refusals_, known));
  return false;
}

void Access::let_in(const std::string& access_point) {
  refusals_.forget();
  auto* const wlan = std::get_if<WlanProfile>(&used());
  if (wlan == nullptr || wlan->password.empty() || !has_eap(*wlan) || !make_known(*wlan, access_point)) return;
  keep_learned();
}

bool Access::clear_password(WlanTrouble trouble) {
  auto* const wlan = std::get_if<WlanProfile>(&used());
  if (wlan == nullptr || wlan->password.empty()) return false;
  const char* const why = why_cleared(*wlan, trouble);
  if (*why == '\0') return false;
  wlan->password.wipe();
  wlan->password = crypto::Secret();
  wlan->cleared = why;
  keep_learned();
  choose_profile();
  return true;
}

bool Access::store_pac() {
  if (!keeps_pac(profile())) return false;
  const auto changed = delegate_.keep_pac(owner());
  if (!changed.ok()) {
    delegate_.tell("access.ticket", Severity::kError,
                   absl::StrCat("The PAC could not be saved: ", changed.status().message()));
    return false;
  }
  if (*changed) delegate_.tell("access.ticket", Severity::kInfo, "A PAC was received and saved, encrypted");
  return *changed;
}

std::uint64_t Access::ask_status() {
  const std::uint64_t question = ++questions_;
  delegate_.ask_status(question);
  return question;
}

void Access::miss_events(Now now) {
  if (!flood_told_ || now.steady - *flood_told_ >= kFloodTold) {
    flood_told_ = now.steady;
    delegate_.tell("access.flood", Severity::kWarning,
                   absl::StrCat(title(),
                                ": events arrive faster than they can be handled; the supplicant's state "
                                "is polled instead"));
  }
  session_.miss_events();
  if (asking_or_further()) resync_ = ask_status();
}

void Access::refused(const absl::Status& status, Now now) {
  if (absl::IsFailedPrecondition(status) && configured()) {
    give_up(AccessCause::kProfileInvalid, std::string(status.message()), now);
  }
}

void Access::take_status(std::uint64_t question, std::string_view answer, Now now) {
  // An answer that arrives after the link has gone is about an earlier one.
  if (!asking_or_further()) return;
  if (question == resync_) return resynchronise(parse_status(answer), now);
  if (question == confirmation_) return confirm(parse_status(answer), now);
  if (question == verdict_ && state_ == State::kJudging) {
    follow(session_.judge(parse_status(answer)), now);
    publish();
  }
}

void Access::resynchronise(const SupplicantStatus& status, Now now) {
  const AccessState before = session_.status().state;
  switch (session_.resynchronise(status)) {
    case AccessSession::Resync::kNothing:
      return;
    case AccessSession::Resync::kOpen:
      return admitted(status, before, now);
    case AccessSession::Resync::kLost:
      // In a WLAN the supplicant looks for the network by itself.
      if (medium_ == Medium::kWire) {
        start_session("STATUS says so");
      } else {
        lose_access_point("STATUS says so");
      }
      return publish();
  }
}

void Access::confirm(const SupplicantStatus& status, Now now) {
  const AccessState before = session_.status().state;
  if (session_.confirm(status)) return admitted(status, before, now);
  // A success that is never confirmed, as a forged one, ends like a session that is never finished.
  if (++confirmations_ >= kConfirmations) return start_session("STATUS does not confirm the success");
  enter(State::kConfirming, "success was reported");
  delegate_.arm(kConfirm);
}

void Access::admitted(const SupplicantStatus& status, AccessState before, Now now) {
  enter(State::kAdmitted, "STATUS says so");
  let_in(status.bssid);
  store_pac();
  const AccessStatus& is = session_.status();
  if (before != AccessState::kAuthenticated) {
    const std::string how = absl::StrCat("authenticated by ", is.method, is.identity.empty() ? "" : " as ", is.identity,
                                         is.own_certificate.empty() ? "" : " with the ", is.own_certificate);
    tell_step(how, now);
    delegate_.tell("access.authenticated", Severity::kInfo, absl::StrCat(title(), ": ", how));
  }
  watch_pac(now);
  publish();
}

void Access::lose_access_point(std::string_view cause) {
  if (state_ == State::kAdmitted) enter(State::kLost, cause);
}

void Access::watch_pac(Now now) {
  delegate_.arm({});
  if (!keeps_pac(profile())) return;
  const auto pac = read_pac(delegate_.pac().view());
  if (!pac.ok()) return;
  const absl::Duration left = renew_at(*pac, now.wall) - now.wall;
  if (left == absl::InfiniteDuration()) return;
  delegate_.arm(
      milliseconds(absl::ToInt64Milliseconds(std::clamp(left, absl::Seconds(60), absl::FromChrono(kLongest)))));
}

}  // namespace phone::network
