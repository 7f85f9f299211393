// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/network_access/access/access_actor.hpp"
#include "services/network_access/access/supplicant_setup.hpp"
#include "services/network_access/wlan/refusals.hpp"

// The actor behind AccessActor.
namespace phone::network {

class Access final : public AccessActor::base {
 public:
  Access(caf::actor_config& config, AccessSetup setup)
      : AccessActor::base(config), setup_(std::move(setup)), medium_(medium_of(setup_.profile)) {}

  behavior_type make_behavior() override;
  const char* name() const override { return "phone.access"; }

 private:
  enum class Waiting { kNothing, kAnswer, kSession, kRetry, kConfirm, kPac };

  bool enabled() const { return network::enabled(setup_.profile, setup_.policy); }
  const char* title() const { return medium_ == Medium::kWlan ? "WLAN" : "802.1X"; }

  std::string owner() const { return absl::StrCat("pac:", identity_of(setup_.profile, around())); }

  // What should be, and how it is reached.
  ApplyProfileResult apply(const AccessProfile& profile);
  EapEnvironment around() const;
  // What is, made what should be.
  void reconcile();
  void rest();
  void give_up(AccessCause cause, std::string detail);
  // The switch is told, the supplicant knows nothing more and its files are gone.
  void leave();
  void begin();
  // True when there is none to try with. Roots are looked at before anything is sent.
  bool stays_without_password();
  void tell_failure();
  void run(Plan plan);
  void on_tick();
  void wait(Waiting what, std::chrono::milliseconds time);
  void publish();

  // What the supplicant says, and what follows from it (access_outcome.cpp).
  void take(const SupplicantEvent& event);
  void failed();
  // F70: whether this failure is believed. What does not prove itself is said to have cost nothing.
  bool costs_password(WlanTrouble trouble);
  // The phone has been let in: who let it in is known from now on, and no refusal before it counts.
  void let_in(const std::string& access_point);
  // F70. The profile stays, without its password, until somebody enters one.
  bool clear_password(WlanTrouble trouble);
  void look_around();
  bool store_pac();
  // The answer comes as PlanFinished of the number that is returned.
  std::uint64_t ask_status();
  void miss_events();
  void resynchronise(const SupplicantStatus& now);
  void finished(const PlanFinished& done);
  void admitted(const SupplicantStatus& now);
  void watch_pac();

  AccessSetup setup_;
  const Medium medium_;
  AccessSession session_;
  Refusals refusals_;
  std::optional<CertificatesChanged> installed_;
  std::optional<SupplicantSetup> applied_;  // what the supplicant should do; none: to be told again
  bool configured_ = false;                 // it has been given a network
  bool link_ = medium_ == Medium::kWlan;
  bool supplicant_up_ = false, restart_pending_ = false, announced_ = false;
  Waiting waiting_ = Waiting::kNothing;
  std::uint64_t tick_ = 0;
  std::uint64_t plans_ = 0, confirmation_ = 0, resync_ = 0;  // questions: all, and the two last of their kind
  std::optional<std::chrono::steady_clock::time_point> flood_told_;
  int confirmations_ = 0;
};

}  // namespace phone::network
