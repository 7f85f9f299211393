// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "absl/time/clock.h"
#include "services/network_access/access/access.hpp"
#include "services/network_access/dot1x/pac_file.hpp"

namespace phone::network {
namespace {

using mesh::Severity;
using std::chrono::milliseconds;

constexpr milliseconds kSession(10000);  // from the first answer to the end
constexpr milliseconds kConfirm(5);      // SUCCESS is told before the port is opened
constexpr int kConfirmations = 100;
constexpr std::chrono::hours kLongest(24);     // between two looks at the PAC's end
constexpr std::chrono::minutes kFloodTold(1);  // a flood that goes on is told this often

}  // namespace

void Access::take(const SupplicantEvent& event) {
  if (!applied_ || !link_) return;
  const AccessStatus before = session_.status();
  switch (session_.take(event)) {
    case AccessSession::Next::kNothing:
      if ((event.kind == SupplicantEvent::Kind::kEapStarted || event.kind == SupplicantEvent::Kind::kAssociated) &&
          session_.status().state == AccessState::kAcquired) {
        wait(Waiting::kSession, kSession);
      }
      break;
    case AccessSession::Next::kLookAround:
      look_around();
      break;
    case AccessSession::Next::kConfirm:
      confirmations_ = 0;
      confirmation_ = ask_status();
      break;
    case AccessSession::Next::kPassword:
      session_.fail(AccessCause::kPassword, {});
      failed();
      break;
    case AccessSession::Next::kFailed:
      failed();
      break;
  }
  if (!(before == session_.status())) publish();
}

void Access::failed() {
  run(pause(medium_));
  if (store_pac()) {
    session_.renewed_pac();
  } else {
    if (session_.status().cause == AccessCause::kRefused && shows_certificate(setup_.profile)) {
      session_.add_detail(shown_text(applied_->own));
    }
    if (const auto trouble = trouble_of(session_.status().cause); trouble && costs_password(*trouble)) {
      tell_failure();
      if (clear_password(*trouble)) return reconcile();
    } else {
      tell_failure();
    }
  }
  wait(Waiting::kRetry, retry_after(session_.status().cause, session_.status().failures));
}

bool Access::costs_password(WlanTrouble trouble) {
  const auto* const wlan = std::get_if<WlanProfile>(&setup_.profile);
  if (wlan == nullptr || wlan->password.empty() || *why_cleared(*wlan, trouble) == '\0') return false;
  const bool known = is_known(*wlan, session_.access_point());
  if (refusals_.take(trouble, session_.proven(), known, setup_.clock()) == Refusals::Verdict::kClear) return true;
  session_.add_detail(why_kept(refusals_, known));
  return false;
}

void Access::let_in(const std::string& access_point) {
  refusals_.forget();
  auto* const wlan = std::get_if<WlanProfile>(&setup_.profile);
  if (wlan == nullptr || wlan->password.empty() || !has_eap(*wlan) || !make_known(*wlan, access_point)) return;
  if (auto saved = setup_.delegate.save(setup_.profile); !saved.ok()) {
    setup_.delegate.tell("access.profile", Severity::kError, std::string(saved.message()));
  }
}

bool Access::clear_password(WlanTrouble trouble) {
  auto* const wlan = std::get_if<WlanProfile>(&setup_.profile);
  if (wlan == nullptr || wlan->password.empty()) return false;
  const char* const why = why_cleared(*wlan, trouble);
  if (*why == '\0') return false;
  wlan->password.wipe();
  wlan->password = crypto::Secret();
  wlan->cleared = why;
  if (auto saved = setup_.delegate.save(setup_.profile); !saved.ok()) {
    setup_.delegate.tell("wlan.password_cleared", Severity::kError, std::string(saved.message()));
  }
  return true;
}

void Access::look_around() {
  setup_.delegate.run(ask_access_points(), [self = AccessActor(this)](auto answer) {
    if (answer.ok()) caf::anon_send(self, ScanResults{*std::move(answer)});
  });
}

bool Access::store_pac() {
  if (!keeps_pac(setup_.profile)) return false;
  const auto changed = setup_.files.keep_pac(owner());
  if (!changed.ok()) {
    setup_.delegate.tell("access.ticket", Severity::kError,
                         absl::StrCat("The PAC could not be saved: ", changed.status().message()));
    return false;
  }
  if (*changed) setup_.delegate.tell("access.ticket", Severity::kInfo, "A PAC was received and saved, encrypted");
  return *changed;
}

std::uint64_t Access::ask_status() {
  setup_.delegate.run(ask_link(), [self = AccessActor(this), plan = ++plans_](auto answer) {
    caf::anon_send(self, PlanFinished{plan, answer.status(), answer.ok() ? *std::move(answer) : ""});
  });
  return plans_;
}

void Access::miss_events() {
  if (const auto now = setup_.clock(); !flood_told_ || now - *flood_told_ >= kFloodTold) {
    flood_told_ = now;
    setup_.delegate.tell("access.flood", Severity::kWarning,
                         absl::StrCat(title(),
                                      ": events arrive faster than they can be handled; the supplicant's state "
                                      "is polled instead"));
  }
  session_.miss_events();
  if (applied_ && link_) resync_ = ask_status();
}

void Access::resynchronise(const SupplicantStatus& now) {
  switch (session_.resynchronise(now)) {
    case AccessSession::Resync::kNothing:
      return;
    case AccessSession::Resync::kOpen:
      return admitted(now);
    case AccessSession::Resync::kLost:
      // In a WLAN the supplicant looks for the network by itself.
      if (medium_ == Medium::kWire) wait(Waiting::kSession, kSession);
      return publish();
  }
}

void Access::finished(const PlanFinished& done) {
  if (done.plan == 0) {
    if (absl::IsFailedPrecondition(done.status) && applied_) {
      give_up(AccessCause::kProfileInvalid, std::string(done.status.message()));
    }
    return;
  }
  if (!applied_ || !done.status.ok()) return;
  const SupplicantStatus now = parse_status(done.answer);
  if (done.plan == resync_) return resynchronise(now);
  if (done.plan != confirmation_) return;
  if (session_.confirm(now)) return admitted(now);
  if (++confirmations_ < kConfirmations) wait(Waiting::kConfirm, kConfirm);
}

void Access::admitted(const SupplicantStatus& now) {
  let_in(now.bssid);
  store_pac();
  const AccessStatus& status = session_.status();
  if (!std::exchange(announced_, true)) {
    setup_.delegate.tell("access.authenticated", Severity::kInfo,
                         absl::StrCat(title(), ": authenticated by ", status.method,
                                      status.identity.empty() ? "" : " as ", status.identity));
  }
  watch_pac();
  publish();
}

void Access::watch_pac() {
  wait(Waiting::kNothing, {});
  if (!keeps_pac(setup_.profile)) return;
  const auto pac = read_pac(setup_.files.pac().view());
  if (!pac.ok()) return;
  const absl::Duration left = renew_at(*pac, absl::Now()) - absl::Now();
  if (left == absl::InfiniteDuration()) return;
  wait(Waiting::kPac,
       milliseconds(absl::ToInt64Milliseconds(std::clamp(left, absl::Seconds(60), absl::FromChrono(kLongest)))));
}

}  // namespace phone::network
