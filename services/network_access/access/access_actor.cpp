// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/access/access_actor.hpp"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/clock/present_time.hpp"
#include "common/log/log.hpp"
#include "services/network_access/access/credential_files.hpp"

namespace phone::network {
namespace {

mesh::Severity severity_of(Access::Severity severity) {
  switch (severity) {
    case Access::Severity::kInfo:
      return mesh::Severity::kInfo;
    case Access::Severity::kWarning:
      return mesh::Severity::kWarning;
    case Access::Severity::kError:
      return mesh::Severity::kError;
  }
  return mesh::Severity::kError;
}

class Accessor final : public AccessActor::base, private Access::Delegate {
 public:
  Accessor(caf::actor_config& config, AccessSetup setup)
      : AccessActor::base(config),
        files_(std::move(setup.files)),
        delegate_(std::move(setup.delegate)),
        clock_(std::move(setup.clock)),
        medium_(medium_of(setup.profile)),
        title_(medium_ == Medium::kWlan ? "WLAN" : "802.1X"),
        save_again_(setup.save_again),
        access_({.profile = std::move(setup.profile),
                 .policy = std::move(setup.policy),
                 .around = {.product = std::move(setup.product),
                            .device_name = {},
                            .tls = {},
                            .anchors_file = files_.anchors_file(),
                            .certificate_file = files_.certificate_file(),
                            .key_uri = {},
                            .pac_file = files_.pac_file()}},
                *this) {}

  behavior_type make_behavior() override {
    publish(access_.profile(), access_.status());
    return {
        [this](const LinkChanged& link) { access_.change_link(link.up, now()); },
        [this](const ClockSet&) { access_.change_clock(now()); },
        [this](const AccessPolicy& policy) { access_.change_policy(policy, now()); },
        [this](const CertificatesChanged& installed) { access_.change_certificates(installed, now()); },
        [this](const AuthoritiesListed& listed) { access_.change_authorities(listed, now()); },
        [this](const SupplicantChanged& supplicant) { access_.change_supplicant(supplicant.there, now()); },
        [this](const SupplicantEvent& event) { access_.take(event, now()); },
        [this](const EventsMissed&) { access_.miss_events(now()); },
        [this](const PlanRefused& refused) { access_.refused(refused.status, now()); },
        [this](const StatusAnswered& said) { access_.take_status(said.question, said.answer, now()); },
        [this](const AccessTick& tick) {
          if (tick.number == tick_) access_.tick(now());
        },
        [this](const ScanResults& seen) { access_.take_scan_results(seen.scan_results, now()); },
        [this](const PoliciesReceived& received) {
          keep_policies(received);
          access_.change_policy(received.access, now());
        },
        [this](SaveAgain) { save_again(); },
        [this](const ApplyProfileRequest& order) { return access_.apply(order.profile, now()); },
    };
  }

  const char* name() const override { return "phone.access"; }

 private:
  Access::Now now() const {
    const clock::Present present = clock::present();
    return {.steady = clock_(), .wall = present.time, .clock_known = present.known};
  }

  void entered(Access::State from, Access::State to, std::string_view cause) override {
    log::debug("access", {{"port", title_}, {"from", name_of(from)}, {"to", name_of(to)}, {"cause", cause}});
  }
  void session_entered(AccessState from, AccessState to, std::string_view cause) override {
    log::debug("access session", {{"port", title_}, {"from", name_of(from)}, {"to", name_of(to)}, {"cause", cause}});
  }
  void run(Plan plan) override {
    if (plan.empty()) return;
    delegate_.run(std::move(plan), [self = AccessActor(this)](auto answer) {
      if (!answer.ok()) caf::anon_send(self, PlanRefused{answer.status()});
    });
  }
  void ask_status(std::uint64_t question) override {
    delegate_.run(medium_ == Medium::kWire ? ask_session() : ask_link(),
                  [self = AccessActor(this), question](auto answer) {
                    if (answer.ok()) caf::anon_send(self, StatusAnswered{question, *std::move(answer)});
                  });
  }
  void ask_access_points() override {
    delegate_.run(network::ask_access_points(), [self = AccessActor(this)](auto answer) {
      if (answer.ok()) caf::anon_send(self, ScanResults{*std::move(answer)});
    });
  }
  void arm(std::optional<std::chrono::milliseconds> time) override {
    ++tick_;
    if (time) delayed_send(this, *time, AccessTick{tick_});
  }
  void publish(const AccessProfile& profile, const AccessStatus& status) override {
    delegate_.publish(profile, status);
  }
  void tell(std::string kind, Access::Severity severity, std::string text) override {
    delegate_.tell(std::move(kind), severity_of(severity), std::move(text));
  }
  absl::Status save(const AccessProfile& profile) override {
    auto saved = delegate_.save(profile);
    if (saved.ok()) unsaved_profile_.reset();
    return saved;
  }
  void keep(const AccessProfile& profile) override {
    unsaved_profile_ = profile;
    save_unsaved();
  }
  void keep_policies(const PoliciesReceived& received) {
    if (!delegate_.keep_policies) return;
    unsaved_policies_ = received;
    save_unsaved();
  }

  // Told once, and again when there was room.
  void save_unsaved() {
    absl::Status status;
    if (unsaved_profile_) {
      status = delegate_.save(*unsaved_profile_);
      if (status.ok()) unsaved_profile_.reset();
    }
    if (unsaved_policies_) {
      const absl::Status saved = delegate_.keep_policies(*unsaved_policies_);
      if (saved.ok()) unsaved_policies_.reset();
      status.Update(saved);
    }
    if (!status.ok()) arm_save();
    if (std::exchange(unsaved_told_, !status.ok()) == !status.ok()) return;
    tell("flash.room", status.ok() ? Access::Severity::kInfo : Access::Severity::kWarning,
         status.ok()
             ? absl::StrCat("What ", title_, " has to keep is saved now")
             : absl::StrCat("What ", title_,
                            " has to keep could not be saved, and is tried again: ", std::string(status.message())));
  }
  void arm_save() {
    if (std::exchange(save_armed_, true)) return;
    delayed_send(this, save_again_, SaveAgain{});
  }
  void save_again() {
    save_armed_ = false;
    save_unsaved();
  }

  absl::Status write_files(const SupplicantSetup& setup, const AccessProfile& profile,
                           const std::string& owner) override {
    return network::write_files(setup, profile, owner, files_);
  }
  void forget_files() override { files_.forget(); }
  absl::StatusOr<bool> keep_pac(const std::string& owner) override { return files_.keep_pac(owner); }
  const crypto::Secret& pac() const override { return files_.pac(); }

  CredentialDirectory files_;
  const AccessDelegate delegate_;
  const std::function<std::chrono::steady_clock::time_point()> clock_;
  const Medium medium_;
  const char* const title_;
  const std::chrono::milliseconds save_again_;
  // What is not on flash yet.
  std::optional<AccessProfile> unsaved_profile_;
  std::optional<PoliciesReceived> unsaved_policies_;
  bool unsaved_told_ = false, save_armed_ = false;
  std::uint64_t tick_ = 0;  // the last one that was armed
  Access access_;
};

}  // namespace

AccessActor spawn_access(caf::actor_system& system, AccessSetup setup) {
  return caf::actor_cast<AccessActor>(system.spawn<Accessor>(std::move(setup)));
}

}  // namespace phone::network
