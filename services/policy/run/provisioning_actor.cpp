// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/provisioning_actor.hpp"

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/log/log.hpp"
#include "common/metrics/metrics.hpp"

namespace phone::policy {
namespace {

class Provisioner {
 public:
  Provisioner(ProvisioningActor::pointer self, State initial, ProvisioningDelegate delegate)
      : self_(self), state_(std::move(initial)), delegate_(std::move(delegate)) {
    status_.doing = "waiting for the network";
    delegate_.publish(state_.policy);
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

  bool directory_busy() const { return schedule_.state() == ScheduleState::kDirectoryBusy; }
  void state_dir_busy() { schedule_.on_directory_busy(); }
  void state_dir_acquired(State state) {
    schedule_.on_directory_acquired();
    const bool newer = state.policy.version > state_.policy.version;
    state_ = std::move(state);
    if (newer) delegate_.publish(state_.policy);
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
        if (!result.lowered.empty()) delegate_.tell_lowered(result.lowered, result.source);
        if (apply_complete(state_, *result.configuration, result.encrypted, result.device_name)) changed();
        const bool same = state_.policy.version == before;
        status_.doing = same ? "idle: the configuration is unchanged" : "idle: the configuration is complete";
        if (state_.policy.configuration.capf_auth_mode == CapfAuthMode::kString) {
          status_.doing = "the call manager waits for the CAPF authentication string: enter it with phonectl enrol";
        }
        if (same) {
          for (auto& report : status_.files) {
            if (report.state == FileState::kAccepted) report.state = FileState::kUnchanged;
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
  }

  Status status() {
    status_.stage = state_.policy.stage;
    status_.version = state_.policy.version;
    return status_;
  }

 private:
  void obey(const Order& order) {
    switch (order.act) {
      case Action::kNothing:
        return;
      case Action::kStart:
        status_.files.clear();
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
    if (const auto saved = delegate_.save(state_); !saved.ok()) {
      tell("policy.not_saved", mesh::Severity::kError, absl::StrCat("The policy could not be saved: ", saved.message()),
           true);
    }
    delegate_.publish(state_.policy);
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
};

}  // namespace

ProvisioningActor::behavior_type provisioning(ProvisioningActor::pointer self, State initial,
                                              ProvisioningDelegate delegate) {
  const auto provisioner = std::make_shared<Provisioner>(self, std::move(initial), std::move(delegate));
  // What would begin a run stays in the mailbox until the directory is ours.
  return {[provisioner](const ServersNamed& message) -> caf::result<void> {
            if (provisioner->directory_busy()) return caf::skip;
            provisioner->servers_named(message.servers);
            return caf::unit;
          },
          [provisioner](const CertificatesChanged&) -> caf::result<void> {
            if (provisioner->directory_busy()) return caf::skip;
            provisioner->certificates_changed();
            return caf::unit;
          },
          [provisioner](const RunRequested& message) -> caf::result<void> {
            if (provisioner->directory_busy()) return caf::skip;
            provisioner->run_requested(message.reason);
            return caf::unit;
          },
          [provisioner](const RetryDue& message) { provisioner->retry_due(message.timer); },
          [provisioner](const RunProgressed& message) { provisioner->doing(message.sentence); },
          [provisioner](const FileReport& message) { provisioner->file(message); },
          [provisioner](const AlarmRaised& message) { provisioner->alarm(message.alarm); },
          [provisioner](const PartialConfigurationReceived& message) {
            provisioner->partial(message.partial, message.device_name);
          },
          [provisioner](const RunFinished& message) { provisioner->finished(message.result); },
          [provisioner](const StatusRequest&) { return provisioner->status(); },
          [provisioner](const StateDirBusy&) { provisioner->state_dir_busy(); },
          [provisioner](const StateDirAcquired& message) { provisioner->state_dir_acquired(message.state); }};
}

}  // namespace phone::policy
