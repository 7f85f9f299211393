// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The provisioning actor's part in a trial, and the other way out of a configuration: a reset.
#include <algorithm>
#include <chrono>

#include "services/policy/run/provisioner_actor.hpp"

namespace phone::policy {
namespace {

std::string kept_sentence(const State& state) {
  const std::vector<std::string> kept = kept_strict(state);
  return kept.empty() ? "" : absl::StrCat("; what it has stricter stays: ", absl::StrJoin(kept, ", "));
}

}  // namespace

void Provisioner::registration_seen(const RegistrationSeen& seen) {
  const bool ours = seen.registered && seen.version == state_.policy.version;
  waits_for_call_ = seen.registered && !ours;
  trial_clock_.registered(ours);
  if (state_.trial == TrialState::kNone && ours && confirm(state_)) save();
  settle_trial();
}

void Provisioner::trial_timer(std::uint64_t timer) {
  if (timer != trial_timer_) return;
  switch (trial_clock_.due(std::chrono::steady_clock::now())) {
    case TrialClock::Due::kNothing:
      break;
    case TrialClock::Due::kFetch:
      obey(schedule_.on_request());
      break;
    case TrialClock::Due::kFlip:
      return trial_ended();
  }
  arm_trial();
}

void Provisioner::lock_seen(bool locked) {
  if (std::exchange(state_.policy.password_locked, locked) == locked) return;
  ++state_.policy.version;
  changed();
}

std::string Provisioner::refuses_reset() {
  const auto lock = lock_of(state_.policy);
  if (lock == settings::Lock::kOpen) return {};
  if (const auto more = reset_refusals_.tell(std::chrono::steady_clock::now())) {
    tell("settings.locked", mesh::Severity::kWarning, absl::StrCat("Not reset: ", settings::refusal_of(lock), *more),
         true);
  }
  return settings::refusal_of(lock);
}

absl::Status Provisioner::factory_reset(const std::string& reason) {
  if (const absl::Status ordered = delegate_.order_factory_reset(); !ordered.ok()) {
    return absl::UnavailableError(absl::StrCat("the order cannot be written to flash: ", ordered.message()));
  }
  tell("policy.factory_reset", mesh::Severity::kWarning,
       absl::StrCat("The phone erases everything but its MIC and its image: ", reason), true);
  return absl::OkStatus();
}

void Provisioner::reset(const std::string& reason) {
  const Configuration before = state_.policy.configuration;
  const bool encrypted = state_.encrypted, complete = state_.policy.stage == Stage::kComplete;
  forget_configuration(state_);
  trial_clock_.end();
  tell("policy.reset", mesh::Severity::kWarning, absl::StrCat("The configuration is forgotten: ", reason), true);
  const auto lower = lowered(before, encrypted, state_.policy.configuration, false);
  if (complete && !lower.empty())
    delegate_.tell_lowered(lower, {.file = "a reset at the phone", .signer = {}, .signed_at = {}});
  changed();
  lock_for({});
  set_password({});
  obey(schedule_.on_request());
}

bool Provisioner::is_taken_back(const Configuration& configuration) const {
  return state_.trial != TrialState::kTrying && state_.taken_back && state_.taken_back->configuration == configuration;
}

void Provisioner::refuse_taken_back() {
  for (auto& report : status_.files) {
    const bool configuration = absl::StrContains(report.name, ".cnf.xml");
    if (!configuration || report.state != FileState::kAccepted) continue;
    report.state = FileState::kRefused;
    report.reason = trial_sentence(state_);
  }
}

void Provisioner::begin_trial(bool again) {
  trial_clock_.begin(std::chrono::steady_clock::now(), again);
  arm_trial();
}

void Provisioner::arm_trial() {
  const auto next = trial_clock_.next();
  if (!next) return;
  self_->delayed_send(self_, std::max(*next - std::chrono::steady_clock::now(), std::chrono::steady_clock::duration(0)),
                      TrialDue{++trial_timer_});
}

void Provisioner::settle_trial() {
  if (trial_clock_.proven()) prove_trial();
}

void Provisioner::prove_trial() {
  const bool tried = state_.trial == TrialState::kTrying;
  trial_clock_.end();
  confirm(state_);
  save();
  tell(tried ? "trial.confirmed" : "trial.returned", mesh::Severity::kInfo,
       tried ? "The call manager is reached with the new configuration, which stays"
             : "The call manager is reached with the last working configuration",
       true);
}

void Provisioner::trial_ended() {
  if (trial_clock_.registered()) return prove_trial();
  if (!waits_for_call_) return change_sides();
  begin_trial(false);  // signaling registers anew when no call is up
}

void Provisioner::change_sides() {
  const Configuration before = state_.policy.configuration;
  const bool encrypted = state_.encrypted;
  if (!flip(state_)) return;
  const bool back = state_.trial == TrialState::kTakenBack;
  tell("incident.trial", mesh::Severity::kError,
       back ? absl::StrCat("The call manager was not reached in time: ", trial_sentence(state_), kept_sentence(state_))
            : "The last working configuration does not reach the call manager either; the newer one is tried again",
       true);
  const auto lower = lowered(before, encrypted, state_.policy.configuration, state_.encrypted);
  if (!lower.empty()) {
    delegate_.tell_lowered(lower,
                           {.file = back ? "the return of the last working configuration" : "the newer configuration",
                            .signer = {},
                            .signed_at = {}});
  }
  changed();
  begin_trial(true);
}

}  // namespace phone::policy
