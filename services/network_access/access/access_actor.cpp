// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/access/access_actor.hpp"

#include "absl/time/clock.h"
#include "services/network_access/access/access.hpp"
#include "services/network_access/wlan/access_points.hpp"

namespace phone::network {
namespace {

using mesh::Severity;
using std::chrono::milliseconds;

constexpr milliseconds kAnswer(3000);  // three EAPOL-Starts without a word: nobody is there
constexpr milliseconds kLook(12000);   // two scans of all channels: no access point is there

}  // namespace

Access::behavior_type Access::make_behavior() {
  setup_.delegate.publish(setup_.profile, session_.status());
  return {
      [this](const LinkChanged& link) {
        // A WLAN has a link when it is authenticated, not before.
        if (medium_ == Medium::kWlan || std::exchange(link_, link.up) == link.up) return;
        restart_pending_ = link.up;
        reconcile();
      },
      [this](const AccessPolicy& policy) {
        setup_.policy = policy;
        reconcile();
      },
      [this](const CertificatesChanged& installed) {
        installed_ = installed;
        reconcile();
      },
      [this](const SupplicantChanged& supplicant) {
        supplicant_up_ = supplicant.there;
        applied_.reset();
        configured_ = false;  // it serves the interface and knows no network
        if (!supplicant_up_ && enabled()) {
          setup_.delegate.tell("access.supplicant", Severity::kWarning, "The supplicant exited and is being restarted");
        }
        reconcile();
      },
      [this](const SupplicantEvent& event) { take(event); },
      [this](const EventsMissed&) { miss_events(); },
      [this](const PlanFinished& done) { finished(done); },
      [this](const AccessTick& tick) {
        if (tick.number == tick_) on_tick();
      },
      [this](const ScanResults& seen) {
        const auto* const wlan = std::get_if<WlanProfile>(&setup_.profile);
        if (wlan == nullptr) return;
        session_.nothing_fits(offered(parse_scan_results(seen.scan_results), wlan->ssid));
        publish();
      },
      [this](const ApplyProfileRequest& order) { return apply(order.profile); },
  };
}

ApplyProfileResult Access::apply(const AccessProfile& profile) {
  if (medium_of(profile) != medium_) return {.refusal = "this profile is for another kind of port", .remark = {}};
  const bool on = std::visit([](const auto& one) { return one.enabled; }, profile);
  if (on) {
    if (auto status = check_profile(profile, setup_.policy.tls); !status.ok()) {
      return {.refusal = std::string(status.message()), .remark = {}};
    }
  }
  AccessProfile taken = profile;
  // A new password for a network that is known; the access points are not the user's to name.
  if (auto* const wlan = std::get_if<WlanProfile>(&taken)) {
    const auto& held = std::get<WlanProfile>(setup_.profile);
    wlan->known = same_network(*wlan, held) ? held.known : std::vector<std::string>();
  }
  if (auto saved = setup_.delegate.save(taken); !saved.ok())
    return {.refusal = std::string(saved.message()), .remark = {}};
  setup_.profile = std::move(taken);
  refusals_.forget();
  std::string remark;
  if (on != enabled()) {
    remark = absl::StrCat(
        title(), on ? " stays off: the configuration disables it" : " stays on: the configuration asks for it");
  }
  setup_.delegate.tell("access.profile", Severity::kInfo,
                       !remark.empty() ? remark
                       : on            ? absl::StrCat(title(), " is on: ", method_of(profile))
                                       : absl::StrCat(title(), " is off"));
  session_.disable();  // the last failure was another profile's
  applied_.reset();
  reconcile();
  return {.refusal = {}, .remark = std::move(remark)};
}

EapEnvironment Access::around() const {
  return {.product = setup_.product,
          .device_name = installed_ ? installed_->device_name : "",
          .tls = setup_.policy.tls,
          .anchors_file = setup_.files.anchors_file(),
          .certificate_file = setup_.files.certificate_file(),
          .key_uri = {},
          .pac_file = setup_.files.pac_file()};
}

void Access::reconcile() {
  if (!enabled()) return rest();
  if (!supplicant_up_) {
    wait(Waiting::kNothing, {});
    session_.fail(AccessCause::kSupplicantGone, {});
    return publish();
  }
  if (!installed_) return;  // certificate_manager has not yet said who we are
  if (stays_without_password()) return;
  auto wanted = supplicant_setup(setup_.profile, setup_.policy, installed_->certificates, around(), absl::Now());
  if (const auto* none = std::get_if<NoCertificate>(&wanted)) return give_up(none->cause, none->detail);
  if (auto& setup = std::get<SupplicantSetup>(wanted); applied_ != setup) {
    applied_ = std::move(setup);
    if (auto written = write_files(*applied_, setup_.profile, owner(), setup_.files); !written.ok()) {
      return give_up(AccessCause::kProfileInvalid, std::string(written.message()));
    }
    run(configure(medium_, applied_->settings));
    configured_ = true;
    return begin();
  }
  if (!link_) {
    wait(Waiting::kNothing, {});
    session_.lose_link();
    return publish();
  }
  if (std::exchange(restart_pending_, false)) {
    run(start_again(medium_));
    begin();
  }
}

void Access::rest() {
  wait(Waiting::kNothing, {});
  leave();
  session_.disable();
  publish();
}

void Access::give_up(AccessCause cause, std::string detail) {
  leave();
  session_.fail(cause, std::move(detail));
  tell_failure();
  wait(Waiting::kRetry, retry_after(cause, session_.status().failures));
  publish();
}

void Access::leave() {
  applied_.reset();
  if (!std::exchange(configured_, false)) return;
  run(network::leave(medium_));
  setup_.files.forget();
}

void Access::begin() {
  restart_pending_ = false;
  const bool provisioning = keeps_pac(setup_.profile) && setup_.files.pac().empty();
  session_.begin(attempt_of(setup_.profile, around(), provisioning));
  if (!link_) session_.lose_link();
  wait(link_ ? Waiting::kAnswer : Waiting::kNothing, medium_ == Medium::kWlan ? kLook : kAnswer);
  publish();
}

bool Access::stays_without_password() {
  auto* const wlan = std::get_if<WlanProfile>(&setup_.profile);
  if (wlan == nullptr) return false;
  if (wlan->cleared.empty() && has_eap(*wlan)) {
    if (const auto trouble = trouble_of_roots(wlan->anchors, absl::Now())) clear_password(*trouble);
  }
  if (wlan->cleared.empty()) return false;
  if (session_.status().cause == AccessCause::kPasswordCleared) return true;
  leave();
  session_.fail(AccessCause::kPasswordCleared, wlan->cleared);
  wait(Waiting::kNothing, {});
  setup_.delegate.tell("wlan.password_cleared", Severity::kWarning,
                       absl::StrCat(wlan->cleared, ". ", cure(AccessCause::kPasswordCleared)));
  publish();
  return true;
}

void Access::tell_failure() {
  const AccessStatus& status = session_.status();
  setup_.delegate.tell("access.failed", Severity::kWarning,
                       absl::StrCat(title(), ": ", sentence(status.cause), status.detail.empty() ? "" : ": ",
                                    status.detail, ". ", cure(status.cause)));
}

void Access::run(Plan plan) {
  if (plan.empty()) return;
  setup_.delegate.run(std::move(plan), [self = AccessActor(this)](auto answer) {
    caf::anon_send(self, PlanFinished{0, answer.status(), {}});
  });
}

void Access::on_tick() {
  switch (std::exchange(waiting_, Waiting::kNothing)) {
    case Waiting::kNothing:
      return;
    case Waiting::kAnswer:
      if (session_.status().state != AccessState::kConnecting) return;
      session_.unanswered();
      break;
    case Waiting::kSession:
      if (session_.status().state == AccessState::kAuthenticated) return;
      session_.unanswered();
      run(pause(medium_));
      tell_failure();
      wait(Waiting::kRetry, retry_after(session_.status().cause, session_.status().failures));
      break;
    case Waiting::kConfirm:
      confirmation_ = ask_status();
      return;
    case Waiting::kRetry:
    case Waiting::kPac:
      restart_pending_ = true;
      return reconcile();
  }
  publish();
}

void Access::wait(Waiting what, std::chrono::milliseconds time) {
  waiting_ = what;
  ++tick_;
  if (what != Waiting::kNothing) delayed_send(this, time, AccessTick{tick_});
}

void Access::publish() {
  if (session_.status().state != AccessState::kAuthenticated) announced_ = false;
  setup_.delegate.publish(setup_.profile, session_.status());
}

AccessActor spawn_access(caf::actor_system& system, AccessSetup setup) {
  return caf::actor_cast<AccessActor>(system.spawn<Access>(std::move(setup)));
}

}  // namespace phone::network
