// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/access/access.hpp"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/network_access/wlan/access_points.hpp"

namespace phone::network {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAnswerPatience(3000);  // no authenticator after three EAPOL-Start frames
constexpr milliseconds kScanPatience(12000);   // no access point after two scans of all channels
constexpr std::string_view kPauseOver = "the pause is over";

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
      own_(std::move(settings.profile)),
      policy_(std::move(settings.policy)),
      link_(medium_ == Medium::kWlan),
      candidates_(profiles_in_force(own_, policy_, {})),
      session_({.entered = [this](AccessState from, AccessState to, std::string_view cause) {
        delegate_.session_entered(from, to, cause);
      }}) {}

void Access::enter(State state, std::string_view cause) {
  const State from = std::exchange(state_, state);
  if (from != state) delegate_.entered(from, state, cause);
}

std::string Access::owner() const { return absl::StrCat("pac:", identity_of(profile(), around())); }

EapEnvironment Access::around() const {
  EapEnvironment around = files_;
  around.device_name = installed_ ? installed_->device_name : "";
  around.tls = policy_.tls;
  return around;
}

void Access::choose_profile() {
  std::vector<ProfileInForce> chosen = profiles_in_force(own_, policy_, listed_);
  // What is tried is left only for another choice.
  const bool same = std::ranges::equal(
      chosen, candidates_, {}, [](const auto& one) { return one.source.digest; },
      [](const auto& one) { return one.source.digest; });
  if (!same || candidate_ >= chosen.size()) candidate_ = 0;
  candidates_ = std::move(chosen);
}

void Access::try_next_profile(Now now) {
  if (candidates_.size() < 2) return;
  candidate_ = (candidate_ + 1) % candidates_.size();
  applied_.reset();
  reconcile("the network is not in reach, and there is another profile", now);
}

void Access::keep_learned() {
  remember(own_, candidates_[candidate_]);
  delegate_.keep(own_);
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
  AccessProfile taken = profile;
  // A new password for a network that is known; the access points are not the user's to name.
  if (auto* const wlan = std::get_if<WlanProfile>(&taken)) {
    const auto& held = std::get<WlanProfile>(own_);
    wlan->known = same_network(*wlan, held) ? held.known : std::vector<std::string>();
    wlan->remembered = held.remembered;
    wlan->switched_off = !on;
    // "On" without a name: those of the configuration.
    if (on && wlan->ssid.empty() && !policy_.wlans.empty()) {
      *wlan = WlanProfile();
      wlan->remembered.clear();  // a password that was cleared is tried again
    }
  }
  const ProfileInForce chosen = profiles_in_force(taken, policy_, listed_).front();
  const bool own_on = std::visit([](const auto& one) { return one.enabled; }, taken);
  if (own_on) {
    const AccessProfile& checked = chosen.configured && medium_ == Medium::kWlan ? taken : chosen.profile;
    if (!chosen.refused.empty() && medium_ == Medium::kWire) return {.refusal = chosen.refused, .remark = {}};
    if (auto status = check_profile(checked, policy_.tls); !status.ok())
      return {.refusal = std::string(status.message()), .remark = {}};
  }
  if (auto saved = delegate_.save(taken); !saved.ok()) return {.refusal = std::string(saved.message()), .remark = {}};
  own_ = std::move(taken);
  refusals_.forget();
  candidate_ = 0;
  choose_profile();
  std::string remark;
  if (on != enabled()) {
    remark = absl::StrCat(
        title(), on ? " stays off: the configuration disables it" : " stays on: the configuration asks for it");
  } else if (own_on && chosen.configured) {
    remark = absl::StrCat(title(), " is on with the configuration's profile");
  }
  delegate_.tell("access.profile", Severity::kInfo,
                 !remark.empty() ? remark
                 : on            ? absl::StrCat(title(), " is on: ", method_of(this->profile()))
                                 : absl::StrCat(title(), " is off"));
  session_.disable();  // the last failure was another profile's
  applied_.reset();
  reconcile("another profile", now);
  return {.refusal = {}, .remark = std::move(remark)};
}

void Access::change_policy(const AccessPolicy& policy, Now now) {
  policy_ = policy;
  choose_profile();
  reconcile("another policy", now);
}

void Access::change_authorities(AuthoritiesListed listed, Now now) {
  if (std::exchange(listed_, std::move(listed.certificates)) == listed_) return;
  choose_profile();
  reconcile("other authorities on the trust lists", now);
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
  if (const std::string& why = candidates_[candidate_].refused; !why.empty()) {
    // Told once, and again when the pause is over.
    if (state_ == State::kGivenUp && session_.status().detail == why && cause != kPauseOver) return false;
    give_up(AccessCause::kProfileInvalid, why, now);
    return false;
  }
  if (stays_without_password(now)) return false;
  EapEnvironment surroundings = around();
  surroundings.clock_known = now.clock_known;
  auto wanted = supplicant_setup(profile(), policy_, installed_->certificates, std::move(surroundings), now.wall);
  if (const auto* none = std::get_if<NoCertificate>(&wanted)) {
    give_up(none->cause, none->detail, now);
    return false;
  }
  if (auto& setup = std::get<SupplicantSetup>(wanted); applied_ != setup) {
    applied_ = std::move(setup);
    if (auto written = delegate_.write_files(*applied_, profile(), owner()); !written.ok()) {
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
  const bool provisioning = keeps_pac(profile()) && delegate_.pac().empty();
  enter(link_ ? State::kAsking : State::kNoLink, cause);
  Attempt attempt = attempt_of(profile(), around(), provisioning);
  if (shows_certificate(profile()) && applied_) attempt.own = text_of(applied_->own);
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
  const auto* const wlan = std::get_if<WlanProfile>(&profile());
  if (wlan == nullptr) return false;
  if (wlan->cleared.empty() && has_eap(*wlan) && !wlan->anchors.empty()) {
    if (const auto trouble = trouble_of_roots(wlan->anchors, now.wall)) clear_password(*trouble);
  }
  const std::string cleared = std::get<WlanProfile>(profile()).cleared;
  if (cleared.empty()) return false;
  if (session_.status().cause == AccessCause::kPasswordCleared) return true;
  leave();
  enter(State::kPasswordCleared, cleared);
  session_.fail(AccessCause::kPasswordCleared, cleared);
  delegate_.arm({});
  delegate_.tell("wlan.password_cleared", Severity::kWarning,
                 absl::StrCat(cleared, ". ", cure(AccessCause::kPasswordCleared)));
  publish();
  return true;
}

void Access::tell_outcome(const char* kind, Severity severity, Now now) {
  const AccessStatus& status = session_.status();
  const std::string what = absl::StrCat(sentence(status.cause), status.detail.empty() ? "" : ": ", status.detail);
  tell_step(what, now);
  delegate_.tell(kind, severity, absl::StrCat(title(), ": ", what, ". ", cure(status.cause)));
}

void Access::take_scan_results(std::string_view answer, Now now) {
  const auto* const wlan = std::get_if<WlanProfile>(&profile());
  if (wlan == nullptr) return;
  session_.nothing_fits(offered(parse_scan_results(answer), wlan->ssid));
  publish();
  const AccessCause cause = session_.status().cause;
  if (cause == AccessCause::kNoAccessPoint || cause == AccessCause::kSecurityMismatch) try_next_profile(now);
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
      return restart(kPauseOver, now);
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
  status.source = candidates_[candidate_].source;
  status.choices = choices(candidates_, candidate_, own_, policy_);
  delegate_.publish(profile(), status);
}

}  // namespace phone::network
