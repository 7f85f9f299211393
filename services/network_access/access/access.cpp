// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/access/access.hpp"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/network_access/wlan/access_points.hpp"

namespace phone::network {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAnswerPatience(3000);  // no authenticator after three EAPOL-Start frames
constexpr milliseconds kScanPatience(12000);   // no access point after two scans of all channels

}  // namespace

const char* name_of(Access::State state) {
  switch (state) {
    case Access::State::kOff:
      return "off";
    case Access::State::kNoSupplicant:
      return "no supplicant";
    case Access::State::kUnidentified:
      return "unidentified";
    case Access::State::kPasswordCleared:
      return "password cleared";
    case Access::State::kGivenUp:
      return "given up";
    case Access::State::kNoLink:
      return "no link";
    case Access::State::kAsking:
      return "asking";
    case Access::State::kUnanswered:
      return "unanswered";
    case Access::State::kInSession:
      return "in session";
    case Access::State::kConfirming:
      return "confirming";
    case Access::State::kJudging:
      return "judging";
    case Access::State::kUnproven:
      return "unproven";
    case Access::State::kAdmitted:
      return "admitted";
    case Access::State::kLost:
      return "lost";
    case Access::State::kPaused:
      return "paused";
  }
  return "unknown";
}

Access::Access(Settings settings, Delegate& delegate)
    : delegate_(delegate),
      medium_(medium_of(settings.profile)),
      files_(std::move(settings.around)),
      profile_(std::move(settings.profile)),
      policy_(std::move(settings.policy)),
      link_(medium_ == Medium::kWlan),
      session_({.entered = [this](AccessState from, AccessState to, std::string_view cause) {
        delegate_.session_entered(from, to, cause);
      }}) {}

void Access::enter(State state, std::string_view cause) {
  const State from = std::exchange(state_, state);
  if (from != state) delegate_.entered(from, state, cause);
}

std::string Access::owner() const { return absl::StrCat("pac:", identity_of(profile_, around())); }

EapEnvironment Access::around() const {
  EapEnvironment around = files_;
  around.device_name = installed_ ? installed_->device_name : "";
  around.tls = policy_.tls;
  return around;
}

ApplyProfileResult Access::apply(const AccessProfile& profile, Now now) {
  if (medium_of(profile) != medium_) return {.refusal = "this profile is for another kind of port", .remark = {}};
  if (policy_.lock != settings::Lock::kOpen) {
    if (const auto more = lock_refusals_.tell(now.steady)) {
      delegate_.tell("settings.locked", Severity::kWarning,
                     absl::StrCat(title(), " was not changed: ", settings::refusal_of(policy_.lock), *more));
    }
    return {.refusal = settings::refusal_of(policy_.lock), .remark = {}};
  }
  const bool on = std::visit([](const auto& one) { return one.enabled; }, profile);
  if (on) {
    if (auto status = check_profile(profile, policy_.tls); !status.ok())
      return {.refusal = std::string(status.message()), .remark = {}};
  }
  AccessProfile taken = profile;
  // A new password for a network that is known; the access points are not the user's to name.
  if (auto* const wlan = std::get_if<WlanProfile>(&taken)) {
    const auto& held = std::get<WlanProfile>(profile_);
    wlan->known = same_network(*wlan, held) ? held.known : std::vector<std::string>();
  }
  if (auto saved = delegate_.save(taken); !saved.ok()) return {.refusal = std::string(saved.message()), .remark = {}};
  profile_ = std::move(taken);
  refusals_.forget();
  std::string remark;
  if (on != enabled()) {
    remark = absl::StrCat(
        title(), on ? " stays off: the configuration disables it" : " stays on: the configuration asks for it");
  }
  delegate_.tell("access.profile", Severity::kInfo,
                 !remark.empty() ? remark
                 : on            ? absl::StrCat(title(), " is on: ", method_of(profile))
                                 : absl::StrCat(title(), " is off"));
  session_.disable();  // the last failure was another profile's
  applied_.reset();
  reconcile("another profile", now);
  return {.refusal = {}, .remark = std::move(remark)};
}

void Access::change_policy(const AccessPolicy& policy, Now now) {
  policy_ = policy;
  reconcile("another policy", now);
}

void Access::change_certificates(CertificatesChanged installed, Now now) {
  installed_ = std::move(installed);
  reconcile("other certificates", now);
}

void Access::change_link(bool up, Now now) {
  if (medium_ == Medium::kWlan || std::exchange(link_, up) == up) return;
  if (up) {
    restart("link up", now);
  } else {
    reconcile("link down", now);
  }
}

void Access::change_clock(Now now) {
  // A session that a wrong clock has failed need not wait for its pause to end.
  if (reconcile("the clock was set", now) && state_ == State::kPaused) restart("the clock was set", now);
}

void Access::change_supplicant(bool serving, Now now) {
  supplicant_ = serving;
  applied_.reset();
  if (configured()) enter(State::kNoSupplicant, "the supplicant knows no network");
  if (!serving && enabled()) {
    delegate_.tell("access.supplicant", Severity::kWarning, "The supplicant exited and is being restarted");
  }
  reconcile(serving ? "the supplicant serves" : "the supplicant has ended", now);
}

bool Access::reconcile(std::string_view cause, Now now) {
  if (!enabled()) {
    rest(cause);
    return false;
  }
  if (!supplicant_) {
    delegate_.arm({});
    enter(State::kNoSupplicant, cause);
    session_.fail(AccessCause::kSupplicantGone, {});
    publish();
    return false;
  }
  if (!installed_) {
    enter(State::kUnidentified, cause);
    return false;
  }
  if (stays_without_password(now)) return false;
  EapEnvironment surroundings = around();
  surroundings.clock_known = now.clock_known;
  auto wanted = supplicant_setup(profile_, policy_, installed_->certificates, std::move(surroundings), now.wall);
  if (const auto* none = std::get_if<NoCertificate>(&wanted)) {
    give_up(none->cause, none->detail, now);
    return false;
  }
  if (auto& setup = std::get<SupplicantSetup>(wanted); applied_ != setup) {
    applied_ = std::move(setup);
    if (auto written = delegate_.write_files(*applied_, profile_, owner()); !written.ok()) {
      give_up(AccessCause::kProfileInvalid, std::string(written.message()), now);
      return false;
    }
    delegate_.run(configure(medium_, applied_->settings));
    begin(cause, now);
    return false;
  }
  if (link_) return true;
  delegate_.arm({});
  enter(State::kNoLink, cause);
  session_.lose_link();
  publish();
  return false;
}

void Access::restart(std::string_view cause, Now now) {
  if (!reconcile(cause, now)) return;
  delegate_.run(start_again(medium_));
  begin(cause, now);
}

void Access::rest(std::string_view cause) {
  delegate_.arm({});
  leave();
  enter(State::kOff, cause);
  session_.disable();
  publish();
}

void Access::give_up(AccessCause cause, std::string detail, Now now) {
  leave();
  enter(State::kGivenUp, sentence(cause));
  session_.fail(cause, std::move(detail));
  tell_failure(now);
  delegate_.arm(retry_after(cause, session_.status().failures));
  publish();
}

void Access::leave() {
  applied_.reset();
  if (!configured()) return;
  delegate_.run(network::leave(medium_));
  delegate_.forget_files();
}

void Access::begin(std::string_view cause, Now now) {
  const bool provisioning = keeps_pac(profile_) && delegate_.pac().empty();
  enter(link_ ? State::kAsking : State::kNoLink, cause);
  Attempt attempt = attempt_of(profile_, around(), provisioning);
  if (shows_certificate(profile_) && applied_) attempt.own = text_of(applied_->own);
  if (link_) story_.begin(attempt, now.wall);
  session_.begin(std::move(attempt));
  if (link_) {
    delegate_.arm(medium_ == Medium::kWlan ? kScanPatience : kAnswerPatience);
  } else {
    session_.lose_link();
    delegate_.arm({});
  }
  publish();
}

bool Access::stays_without_password(Now now) {
  auto* const wlan = std::get_if<WlanProfile>(&profile_);
  if (wlan == nullptr) return false;
  if (wlan->cleared.empty() && has_eap(*wlan)) {
    if (const auto trouble = trouble_of_roots(wlan->anchors, now.wall)) clear_password(*trouble);
  }
  if (wlan->cleared.empty()) return false;
  if (session_.status().cause == AccessCause::kPasswordCleared) return true;
  leave();
  enter(State::kPasswordCleared, wlan->cleared);
  session_.fail(AccessCause::kPasswordCleared, wlan->cleared);
  delegate_.arm({});
  delegate_.tell("wlan.password_cleared", Severity::kWarning,
                 absl::StrCat(wlan->cleared, ". ", cure(AccessCause::kPasswordCleared)));
  publish();
  return true;
}

void Access::tell_outcome(const char* kind, Severity severity, Now now) {
  const AccessStatus& status = session_.status();
  const std::string what = absl::StrCat(sentence(status.cause), status.detail.empty() ? "" : ": ", status.detail);
  tell_step(what, now);
  delegate_.tell(kind, severity, absl::StrCat(title(), ": ", what, ". ", cure(status.cause)));
}

void Access::take_scan_results(std::string_view answer) {
  const auto* const wlan = std::get_if<WlanProfile>(&profile_);
  if (wlan == nullptr) return;
  session_.nothing_fits(offered(parse_scan_results(answer), wlan->ssid));
  publish();
}

void Access::tick(Now now) {
  switch (state_) {
    case State::kAsking:
      if (session_.status().state != AccessState::kConnecting) return;
      session_.unanswered();
      enter(State::kUnanswered, "no answer");
      return publish();
    case State::kInSession:
      session_.unanswered();
      delegate_.run(pause(medium_));
      tell_failure(now);
      stop_session();
      return publish();
    case State::kConfirming:
      confirmation_ = ask_status();
      return;
    case State::kJudging:
      follow(session_.judge_unheard(), now);
      return publish();
    case State::kGivenUp:
    case State::kPaused:
      return restart("the pause is over", now);
    case State::kAdmitted:
    case State::kLost:
      return restart("the PAC is to be renewed", now);
    case State::kOff:
    case State::kNoSupplicant:
    case State::kUnidentified:
    case State::kPasswordCleared:
    case State::kNoLink:
    case State::kUnanswered:
    case State::kUnproven:
      return;
  }
}

void Access::publish() {
  AccessStatus status = session_.status();
  status.story = story_.steps();
  delegate_.publish(profile_, status);
}

}  // namespace phone::network
