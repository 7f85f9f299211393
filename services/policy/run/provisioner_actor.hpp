// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/log/log.hpp"
#include "common/metrics/metrics.hpp"
#include "common/product/product.hpp"
#include "common/settings/refusal_pace.hpp"
#include "services/policy/run/provisioning_actor.hpp"
#include "services/policy/run/wanted_load.hpp"

// The state of the provisioning actor and what it does with each message.
namespace phone::policy {

inline constexpr std::size_t kMostWaiting = 8;  // for the end of a run

class Provisioner {
 public:
  Provisioner(ProvisioningActor::pointer self, State initial, ProvisioningDelegate delegate)
      : self_(self), state_(std::move(initial)), delegate_(std::move(delegate)) {
    status_.doing = "waiting for the network";
    delegate_.publish(state_.policy);
    resume_trial();
  }

  void save_due() {
    save_waits_ = false;
    if (unsaved_) save();
  }
  void servers_named(std::vector<std::string> servers) {
    if (servers != schedule_.servers()) {
      tell("provisioning.servers", mesh::Severity::kInfo,
           servers.empty() ? "The network provides no provisioning server"
                           : absl::StrCat("Provisioning servers: ", absl::StrJoin(servers, ", ")));
    }
    obey(schedule_.on_servers(std::move(servers)));
  }

  void certificates_changed() { obey(schedule_.on_certificates()); }

  void run_requested(const std::string& reason) {
    tell("provisioning.requested", mesh::Severity::kInfo,
         absl::StrCat("Downloading trust lists and configuration again: ", reason));
    obey(schedule_.on_request());
  }

  // A run that is in progress has asked for its files before: the next one answers.
  caf::result<Refetched> refetch(const std::string& reason) {
    if (schedule_.servers().empty())
      return mesh::to_error(absl::FailedPreconditionError("the network provides no provisioning server"));
    if (refetches_.size() >= kMostWaiting) return mesh::to_error(absl::ResourceExhaustedError("too many wait already"));
    run_requested(reason);
    const bool later =
        schedule_.state() == ScheduleState::kRunningAgain || schedule_.state() == ScheduleState::kCancelling;
    refetches_.push_back({.promise = self_->make_response_promise<Refetched>(), .runs = later ? 2 : 1});
    return refetches_.back().promise;
  }

  bool directory_busy() const { return schedule_.state() == ScheduleState::kDirectoryBusy; }
  void state_dir_busy() { schedule_.on_directory_busy(); }
  void state_dir_acquired(State state) {
    schedule_.on_directory_acquired();
    const bool newer = state.policy.version > state_.policy.version;
    state.policy.password_locked = state_.policy.password_locked;  // it is not stored: the lock says it
    state_ = std::move(state);
    if (newer) delegate_.publish(state_.policy);
    trial_clock_.end();
    resume_trial();  // the process before may have begun it after its state was read here
  }

  void retry_due(std::uint64_t timer) { obey(schedule_.on_timer(timer)); }
  void doing(std::string sentence) { status_.doing = std::move(sentence); }

  void file(const FileReport& report) {
    status_.files.push_back(report);
    if (report.state == FileState::kAbsent || report.state == FileState::kUnchanged) return;
    const bool good = report.state == FileState::kAccepted;
    const bool refused = report.state == FileState::kRefused;
    if (refused) metrics::refusals("file", "").add();
    if (report.state == FileState::kUnreachable) metrics::losses("download", "").add();
    tell(good      ? "file.accepted"
         : refused ? "file.refused"
                   : "file.unreachable",
         good ? mesh::Severity::kInfo : mesh::Severity::kWarning,
         absl::StrCat(report.name,
                      good      ? " accepted"
                      : refused ? " refused"
                                : " could not be downloaded",
                      report.reason.empty() ? "" : ": ", report.reason),
         refused);
  }

  void alarm(Alarm alarm) {
    if (apply_alarm(state_, std::move(alarm))) changed();
  }

  void partial(const Configuration& partial, const std::string& device_name) {
    if (apply_partial(state_, partial, device_name)) changed();
  }

  void finished(RunResult result) {
    status_.server = result.server;
    switch (result.end) {
      case RunOutcome::kComplete: {
        status_.last_failure.clear();
        const std::uint64_t before = state_.policy.version;
        trial_clock_.fetched();
        lock_for(result.password);
        if (is_taken_back(*result.configuration)) {
          set_password(result.password);  // the newest stays, whatever became of the rest
          status_.doing = "idle: the last working configuration is in force";
          refuse_taken_back();
          settle_trial();
          break;
        }
        if (!result.lowered.empty()) delegate_.tell_lowered(result.lowered, result.source);
        const bool other = state_.policy.configuration != *result.configuration;
        const bool trying = other && trial_due(state_, *result.configuration);
        if (other) state_.trial = trying ? TrialState::kTrying : TrialState::kNone;
        const bool forgotten = (other || state_.trial == TrialState::kNone) && state_.taken_back.has_value();
        if (forgotten) state_.taken_back.reset();
        const bool said_otherwise = apply_remarks(state_, result.remarks);
        const bool applied = apply_complete(state_, *result.configuration, result.encrypted, result.device_name);
        if (applied) changed();
        if ((said_otherwise || forgotten) && !applied) save();
        if (said_otherwise) tell_remarks();
        tell_load();
        if (applied && trying) {
          tell("trial.begun", mesh::Severity::kWarning, absl::StrCat("Configuration: ", trial_sentence(state_)), true);
          begin_trial(false);
        } else if (applied && state_.trial == TrialState::kNone) {
          trial_clock_.end();
        }
        settle_trial();
        set_password(result.password);
        const bool same = state_.policy.version == before;
        status_.doing = same ? "idle: the configuration is unchanged" : "idle: the configuration is complete";
        if (state_.policy.configuration.capf_auth_mode == CapfAuthMode::kString) {
          status_.doing = "the call manager waits for the CAPF authentication string: enter it with phonectl enrol";
        }
        if (same) {
          // A list of this run that was replaced was replaced, whatever became of the configuration.
          for (auto& report : status_.files) {
            const bool configuration = absl::StrContains(report.name, ".cnf.xml");
            if (configuration && report.state == FileState::kAccepted) report.state = FileState::kUnchanged;
          }
        }
        if (const auto minimum = result.configuration->tls.client_minimum; !same && minimum < tls::kTls12) {
          tell("policy.tls_minimum", mesh::Severity::kWarning,
               absl::StrCat("TLS minimum ", minimum < tls::kTls11 ? "1.0" : "1.1",
                            " applies to HTTPS, EAP-FAST and PEAP; SIP, TVS, CAPF and EAP-TLS keep TLS 1.2, because "
                            "client signatures of older versions use SHA-1 and MD5"));
        }
        tell("provisioning.complete", mesh::Severity::kInfo,
             same ? std::string("The configuration is unchanged")
                  : absl::StrCat("Configuration ", result.configuration->version_stamp, " is in force, policy version ",
                                 state_.policy.version),
             !same);
        break;
      }
      case RunOutcome::kAwaitUser:
        status_.last_failure = result.failure;
        status_.doing = "waiting for the CAPF authentication string: enter it with phonectl enrol";
        tell("provisioning.awaits_user", mesh::Severity::kWarning, result.failure);
        break;
      case RunOutcome::kFailed:
        status_.last_failure = result.failure;
        status_.doing = "waiting before the next attempt";
        tell("provisioning.failed", mesh::Severity::kWarning, result.failure, true);
        break;
      case RunOutcome::kCancelled:
        status_.doing = "waiting for the network";
        break;
    }
    obey(schedule_.on_finished(result.end));
    answer_refetches(result);
  }

  Status status() {
    status_.stage = state_.policy.stage;
    status_.version = state_.policy.version;
    status_.remarks = state_.remarks;
    status_.trial = trial_sentence(state_);
    status_.lock = lock_of(state_.policy);
    const bool complete = state_.policy.stage == Stage::kComplete;
    status_.secure_without_ctl =
        complete ? std::optional(state_.policy.configuration.secure_without_ctl) : std::nullopt;
    status_.contact_search = state_.policy.configuration.contact_search;
    status_.problem_report = state_.policy.configuration.problem_report;
    status_.wanted_load = state_.policy.configuration.load_information;
    return status_;
  }

  void registration_seen(const RegistrationSeen& seen);

  void trial_timer(std::uint64_t timer);

  void lock_seen(bool locked);

  // Why the settings may not be reset now; empty: they may.
  std::string refuses_reset();
  void reset(const std::string& reason);
  absl::Status factory_reset(const std::string& reason);

  Configured configured() const { return {.elements = state_.elements}; }

 private:
  struct Refetch {
    caf::typed_response_promise<Refetched> promise;
    int runs = 1;  // that are to end first
  };

  void answer_refetches(const RunResult& result) {
    const bool complete = result.end == RunOutcome::kComplete;
    const Refetched answer{.version = state_.policy.version,
                           .failure = complete                 ? ""
                                      : result.failure.empty() ? "the download was cancelled"
                                                               : result.failure};
    for (Refetch& one : refetches_) {
      if (--one.runs == 0) one.promise.deliver(answer);
    }
    std::erase_if(refetches_, [](const Refetch& one) { return one.runs == 0; });
  }

  void obey(const Order& order) {
    switch (order.act) {
      case Action::kNothing:
        return;
      case Action::kStart:
        status_.files.clear();
        trial_clock_.fetch_began(std::chrono::steady_clock::now());
        delegate_.start_run({.servers = schedule_.servers(),
                             .encrypted_before = state_.encrypted,
                             .tls = state_.policy.configuration.tls,
                             .in_force = state_.policy.stage == Stage::kComplete
                                             ? std::optional(state_.policy.configuration)
                                             : std::nullopt});
        return;
      case Action::kCancel:
        delegate_.cancel_run();
        return;
      case Action::kWait:
        self_->delayed_send(self_, order.delay, RetryDue{order.timer});
        return;
    }
  }

  // A policy that could not be kept is still the one the signatures prove; it will be fetched again after a restart.
  void changed() {
    save();
    delegate_.publish(state_.policy);
  }

  // Told once, and again when there was room.
  void save() {
    const auto saved = delegate_.save(state_);
    const bool unsaved_before = std::exchange(unsaved_, !saved.ok());
    if (unsaved_ && !save_waits_) {
      save_waits_ = true;
      self_->delayed_send(self_, delegate_.save_again, SaveDue());
    }
    if (unsaved_ == unsaved_before) return;
    if (unsaved_) {
      tell("policy.not_saved", mesh::Severity::kError, absl::StrCat("The policy could not be saved: ", saved.message()),
           true);
    } else {
      tell("policy.saved", mesh::Severity::kInfo, "The policy is saved now", true);
    }
  }

  bool is_taken_back(const Configuration& configuration) const;

  void refuse_taken_back();

  void begin_trial(bool again);

  // Over a restart, a power cycle too, what is on trial has its whole time once more. What was taken back has failed
  // before: it gets its turn no sooner because the phone has yet to find its network.
  void resume_trial() {
    if (state_.trial != TrialState::kNone) begin_trial(state_.trial == TrialState::kTakenBack);
  }
  void arm_trial();

  // The server is reached, if it is.
  void settle_trial();
  void prove_trial();

  // By now a registration that the change has cut off would have been missed.
  void trial_ended();

  void change_sides();

  // A first password locks at once: the lock takes a while to make its hash, and answers then.
  void lock_for(const std::string& password) {
    if (!std::exchange(has_password_, !password.empty()) && has_password_) lock_seen(true);
  }

  void set_password(const std::string& password) const {
    if (!delegate_.set_password) return;
    delegate_.set_password(password, state_.policy.configuration.tls.fips, state_.policy.device_name);
  }

  void tell_remarks() {
    for (const std::string& sentence : state_.remarks) {
      tell("configuration.remark", mesh::Severity::kWarning, absl::StrCat("Configuration: ", sentence), true);
    }
  }

  void tell_load() {
    const std::string& wanted = state_.policy.configuration.load_information;
    const std::string why = load_not_installed(wanted, product::load());
    if (std::exchange(told_load_, wanted) != wanted && !why.empty())
      tell("policy.load_not_installed", mesh::Severity::kInfo, absl::StrCat(product::load(), " runs; ", why));
  }

  void tell(std::string kind, mesh::Severity severity, std::string text, bool audit = false) {
    delegate_.tell(std::move(kind), severity, std::move(text), audit);
  }

  ProvisioningActor::pointer self_;
  State state_;
  ProvisioningDelegate delegate_;
  Schedule schedule_{[](ScheduleState from, ScheduleState to, std::string_view cause) {
    log::debug("provisioning schedule", {{"from", name_of(from)}, {"to", name_of(to)}, {"cause", cause}});
  }};
  Status status_;
  std::string told_load_;  // the last one that was judged
  std::vector<Refetch> refetches_;
  TrialClock trial_clock_{delegate_.trial};
  std::uint64_t trial_timer_ = 0;
  bool waits_for_call_ = false;  // registered by an earlier version of the policy
  bool unsaved_ = false;         // the state in force is not on flash
  bool save_waits_ = false;      // for SaveDue
  settings::RefusalPace reset_refusals_;
  bool has_password_ = state_.policy.password_locked;  // the configuration has one for the settings
};

}  // namespace phone::policy
