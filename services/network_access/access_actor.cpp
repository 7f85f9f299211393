#include "services/network_access/access_actor.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/network_access/access_points.hpp"
#include "services/network_access/pac_file.hpp"
#include "services/network_access/refusals.hpp"

namespace phone::network {
namespace {

using mesh::Severity;
using std::chrono::milliseconds;

constexpr milliseconds kAnswer(3000);    // three EAPOL-Starts without a word: nobody is there
constexpr milliseconds kLook(12000);     // two scans of all channels: no access point is there
constexpr milliseconds kSession(10000);  // from the first answer to the end
constexpr milliseconds kConfirm(5);      // SUCCESS is told before the port is opened
constexpr int kConfirmations = 100;
constexpr std::chrono::hours kLongest(24);  // between two looks at the PAC's end

class Access : public AccessActor::base {
 public:
  Access(caf::actor_config& config, AccessSetup setup)
      : AccessActor::base(config), setup_(std::move(setup)), medium_(medium_of(setup_.profile)) {}

  behavior_type make_behavior() override {
    setup_.hands.publish(setup_.profile, session_.status());
    return {
        [this](const LinkIs& link) {
          // A WLAN has a link when it is authenticated, not before.
          if (medium_ == Medium::kWlan || std::exchange(link_, link.up) == link.up) return;
          again_ = link.up;
          reconcile();
        },
        [this](const AccessPolicy& policy) {
          setup_.policy = policy;
          reconcile();
        },
        [this](const InstalledCertificates& installed) {
          installed_ = installed;
          reconcile();
        },
        [this](const SupplicantIs& supplicant) {
          there_ = supplicant.there;
          applied_.reset();
          configured_ = false;  // it serves the interface and knows no network
          if (!there_ && enabled()) {
            setup_.hands.tell("access.supplicant", Severity::kWarning, "The supplicant has ended and is started again");
          }
          reconcile();
        },
        [this](const SupplicantEvent& event) { take(event); },
        [this](const PlanDone& done) { finished(done); },
        [this](const AccessTick& tick) {
          if (tick.number == tick_) on_tick();
        },
        [this](const Surroundings& seen) {
          const auto* const wlan = std::get_if<WlanProfile>(&setup_.profile);
          if (wlan == nullptr) return;
          session_.nothing_fits(offered(parse_scan_results(seen.scan_results), wlan->ssid));
          publish();
        },
        [this](const ApplyProfile& order) { return apply(order.profile); },
    };
  }

  const char* name() const override { return "phone.access"; }

 private:
  enum class Waiting { kNothing, kAnswer, kSession, kRetry, kConfirm, kTicket };

  bool enabled() const { return network::enabled(setup_.profile, setup_.policy); }
  const char* title() const { return medium_ == Medium::kWlan ? "WLAN" : "802.1X"; }

  EapSurroundings around() const {
    return {.product = setup_.product,
            .device_name = installed_ ? installed_->device_name : "",
            .tls = setup_.policy.tls,
            .anchors_file = setup_.files.anchors_file(),
            .certificate_file = setup_.files.certificate_file(),
            .key_uri = {},
            .pac_file = setup_.files.pac_file()};
  }
  std::string owner() const { return absl::StrCat("pac:", identity_of(setup_.profile, around())); }

  Applied apply(const AccessProfile& profile) {
    if (medium_of(profile) != medium_) return {"this port takes no such profile"};
    const bool on = std::visit([](const auto& one) { return one.enabled; }, profile);
    if (on) {
      if (auto status = check_profile(profile, setup_.policy.tls); !status.ok()) {
        return {std::string(status.message())};
      }
    }
    AccessProfile taken = profile;
    // A new password for a network that is known; the access points are not the user's to name.
    if (auto* const wlan = std::get_if<WlanProfile>(&taken)) {
      const auto& held = std::get<WlanProfile>(setup_.profile);
      wlan->known = same_network(*wlan, held) ? held.known : std::vector<std::string>();
    }
    if (auto saved = setup_.hands.save(taken); !saved.ok()) return {std::string(saved.message())};
    setup_.profile = std::move(taken);
    refusals_.forget();
    setup_.hands.tell("access.profile", Severity::kInfo,
                      on ? absl::StrCat(title(), " is on: ", method_of(profile)) : absl::StrCat(title(), " is off"));
    session_.disable();  // the last failure was another profile's
    applied_.reset();
    reconcile();
    return {};
  }

  // What is, made what should be.
  void reconcile() {
    if (!enabled()) return rest();
    if (!there_) {
      wait(Waiting::kNothing, {});
      session_.fail(AccessCause::kSupplicantGone, {});
      return publish();
    }
    if (!installed_) return;  // certificate_manager has not yet said who we are
    if (stays_without_password()) return;
    EapSurroundings surroundings = around();
    OwnCertificate own;
    if (shows_certificate(setup_.profile)) {
      auto chosen = choose_own(setup_.profile, setup_.policy, installed_->certificates, absl::Now());
      if (const auto* none = std::get_if<WhyNone>(&chosen)) return give_up(none->cause, none->detail);
      own = std::get<OwnCertificate>(std::move(chosen));
      surroundings.key_uri = key_uri(setup_.profile, own.kind);
    }
    auto settings = supplicant_settings(setup_.profile, surroundings);
    if (!settings.ok()) return give_up(AccessCause::kProfileInvalid, std::string(settings.status().message()));
    Setup wanted{*std::move(settings), own, anchors_of(setup_.profile)};
    if (applied_ != wanted) {
      applied_ = std::move(wanted);
      if (auto written = write_files(); !written.ok()) {
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
    if (std::exchange(again_, false)) {
      run(start_again(medium_));
      begin();
    }
  }

  void rest() {
    wait(Waiting::kNothing, {});
    leave();
    session_.disable();
    publish();
  }

  void give_up(AccessCause cause, std::string detail) {
    leave();
    session_.fail(cause, std::move(detail));
    tell_failure();
    wait(Waiting::kRetry, retry_after(cause, session_.status().failures));
    publish();
  }

  // The switch is told, the supplicant knows nothing more and its files are gone.
  void leave() {
    applied_.reset();
    if (!std::exchange(configured_, false)) return;
    run(network::leave(medium_));
    setup_.files.forget();
  }

  absl::Status write_files() {
    if (applied_->anchors.empty()) return absl::OkStatus();  // no EAP
    if (auto written = setup_.files.write_anchors(applied_->anchors); !written.ok()) return written;
    if (shows_certificate(setup_.profile)) return setup_.files.write_certificate(applied_->own.chain);
    if (!keeps_ticket(setup_.profile)) return absl::OkStatus();
    const auto given = setup_.files.give_pac(owner());
    return given.status();
  }

  void begin() {
    again_ = false;
    const bool provisioning = keeps_ticket(setup_.profile) && setup_.files.pac().empty();
    session_.begin(attempt_of(setup_.profile, around(), provisioning));
    if (!link_) session_.lose_link();
    wait(link_ ? Waiting::kAnswer : Waiting::kNothing, medium_ == Medium::kWlan ? kLook : kAnswer);
    publish();
  }

  void take(const SupplicantEvent& event) {
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
        ask_status();
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

  void failed() {
    run(pause(medium_));
    if (keep_ticket()) {
      session_.renewed_ticket();
    } else {
      if (const auto trouble = trouble_of(session_.status().cause); trouble && costs_password(*trouble)) {
        tell_failure();
        if (clear_password(*trouble)) return reconcile();
      } else {
        tell_failure();
      }
    }
    wait(Waiting::kRetry, retry_after(session_.status().cause, session_.status().failures));
  }

  void tell_failure() {
    const AccessStatus& status = session_.status();
    setup_.hands.tell("access.failed", Severity::kWarning,
                      absl::StrCat(title(), ": ", sentence(status.cause), status.detail.empty() ? "" : ": ",
                                   status.detail, ". ", cure(status.cause)));
  }

  // F70: whether this failure is believed. What does not prove itself is said to have cost nothing.
  bool costs_password(WlanTrouble trouble) {
    const auto* const wlan = std::get_if<WlanProfile>(&setup_.profile);
    if (wlan == nullptr || wlan->password.empty() || *why_cleared(*wlan, trouble) == '\0') return false;
    const bool known = is_known(*wlan, session_.access_point());
    if (refusals_.take(trouble, session_.proven(), known, setup_.clock()) == Refusals::Verdict::kClear) return true;
    session_.add_detail(why_kept(refusals_, known));
    return false;
  }

  // The phone has been let in: who let it in is known from now on, and no refusal before it counts.
  void let_in(const std::string& access_point) {
    refusals_.forget();
    auto* const wlan = std::get_if<WlanProfile>(&setup_.profile);
    if (wlan == nullptr || wlan->password.empty() || !has_eap(*wlan) || !make_known(*wlan, access_point)) return;
    if (auto saved = setup_.hands.save(setup_.profile); !saved.ok()) {
      setup_.hands.tell("access.profile", Severity::kError, std::string(saved.message()));
    }
  }

  // F70. The profile stays, without its password, until somebody enters one.
  bool clear_password(WlanTrouble trouble) {
    auto* const wlan = std::get_if<WlanProfile>(&setup_.profile);
    if (wlan == nullptr || wlan->password.empty()) return false;
    const char* const why = why_cleared(*wlan, trouble);
    if (*why == '\0') return false;
    wlan->password.wipe();
    wlan->password = crypto::Secret();
    wlan->cleared = why;
    if (auto saved = setup_.hands.save(setup_.profile); !saved.ok()) {
      setup_.hands.tell("wlan.password_cleared", Severity::kError, std::string(saved.message()));
    }
    return true;
  }

  // True when there is none to try with. Roots are looked at before anything is sent.
  bool stays_without_password() {
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
    setup_.hands.tell("wlan.password_cleared", Severity::kWarning,
                      absl::StrCat(wlan->cleared, ". ", cure(AccessCause::kPasswordCleared)));
    publish();
    return true;
  }

  void look_around() {
    setup_.hands.run(ask_access_points(), [self = AccessActor(this)](auto answer) {
      if (answer.ok()) caf::anon_send(self, Surroundings{*std::move(answer)});
    });
  }

  bool keep_ticket() {
    if (!keeps_ticket(setup_.profile)) return false;
    const auto changed = setup_.files.keep_pac(owner());
    if (!changed.ok()) {
      setup_.hands.tell("access.ticket", Severity::kError,
                        absl::StrCat("The PAC could not be kept: ", changed.status().message()));
      return false;
    }
    if (*changed) setup_.hands.tell("access.ticket", Severity::kInfo, "A PAC has been received and kept, sealed");
    return *changed;
  }

  void ask_status() {
    setup_.hands.run({{"STATUS"}}, [self = AccessActor(this), plan = ++status_plan_](auto answer) {
      caf::anon_send(self, PlanDone{plan, answer.status(), answer.ok() ? *std::move(answer) : ""});
    });
  }

  void run(Plan plan) {
    if (plan.empty()) return;
    setup_.hands.run(std::move(plan), [self = AccessActor(this)](auto answer) {
      caf::anon_send(self, PlanDone{0, answer.status(), {}});
    });
  }

  void finished(const PlanDone& done) {
    if (done.plan == 0) {
      if (absl::IsFailedPrecondition(done.status) && applied_) {
        give_up(AccessCause::kProfileInvalid, std::string(done.status.message()));
      }
      return;
    }
    if (done.plan != status_plan_ || !applied_ || !done.status.ok()) return;
    const SupplicantStatus now = parse_status(done.answer);
    if (!session_.confirm(now)) {
      if (++confirmations_ < kConfirmations) wait(Waiting::kConfirm, kConfirm);
      return;
    }
    let_in(now.bssid);
    keep_ticket();
    const AccessStatus& status = session_.status();
    if (!std::exchange(told_, true)) {
      setup_.hands.tell("access.authenticated", Severity::kInfo,
                        absl::StrCat(title(), ": authenticated by ", status.method,
                                     status.identity.empty() ? "" : " as ", status.identity));
    }
    watch_ticket();
    publish();
  }

  void watch_ticket() {
    wait(Waiting::kNothing, {});
    if (!keeps_ticket(setup_.profile)) return;
    const auto pac = read_pac(setup_.files.pac().view());
    if (!pac.ok()) return;
    const absl::Duration left = renew_at(*pac, absl::Now()) - absl::Now();
    if (left == absl::InfiniteDuration()) return;
    wait(Waiting::kTicket,
         milliseconds(absl::ToInt64Milliseconds(std::clamp(left, absl::Seconds(60), absl::FromChrono(kLongest)))));
  }

  void on_tick() {
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
        return ask_status();
      case Waiting::kRetry:
      case Waiting::kTicket:
        again_ = true;
        return reconcile();
    }
    publish();
  }

  void wait(Waiting what, std::chrono::milliseconds time) {
    waiting_ = what;
    ++tick_;
    if (what != Waiting::kNothing) delayed_send(this, time, AccessTick{tick_});
  }

  void publish() {
    if (session_.status().state != AccessState::kAuthenticated) told_ = false;
    setup_.hands.publish(setup_.profile, session_.status());
  }

  struct Setup {
    std::vector<Setting> settings;
    OwnCertificate own;
    std::vector<std::string> anchors;
    friend bool operator==(const Setup&, const Setup&) = default;
  };

  AccessSetup setup_;
  const Medium medium_;
  AccessSession session_;
  Refusals refusals_;
  std::optional<InstalledCertificates> installed_;
  std::optional<Setup> applied_;  // what the supplicant should do; none: to be told again
  bool configured_ = false;       // it has been given a network
  bool link_ = medium_ == Medium::kWlan;
  bool there_ = false, again_ = false, told_ = false;
  Waiting waiting_ = Waiting::kNothing;
  std::uint64_t tick_ = 0, status_plan_ = 0;
  int confirmations_ = 0;
};

}  // namespace

AccessActor spawn_access(caf::actor_system& system, AccessSetup setup) {
  return caf::actor_cast<AccessActor>(system.spawn<Access>(std::move(setup)));
}

}  // namespace phone::network
