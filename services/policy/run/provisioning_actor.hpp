// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <caf/all.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/mesh/actor/actor_reply.hpp"
#include "common/mesh/call/event_log.hpp"
#include "services/policy/run/policy_state.hpp"
#include "services/policy/run/provisioning_run.hpp"
#include "services/policy/run/schedule.hpp"
#include "services/policy/run/trial.hpp"

// The single owner of the policy in force. Runs happen on the worker's thread and report here; everything else asks
// here.
namespace phone::policy {

struct ServersNamed {
  std::vector<std::string> servers;
};
struct CertificatesChanged {};
struct RunRequested {
  std::string reason;
};
// The same; answered when the run that it asks for has ended.
struct RefetchRequest {
  std::string reason;
};
struct Refetched {
  std::uint64_t version = 0;  // of the policy in force
  std::string failure;        // empty: the run was complete
};
struct RetryDue {
  std::uint64_t timer = 0;
};
// What found no room on flash is to be tried again.
struct SaveDue {};
struct RunProgressed {
  std::string sentence;
};
struct AlarmRaised {
  Alarm alarm;
};
struct PartialConfigurationReceived {
  Configuration partial;
  std::string device_name;
};
struct RunFinished {
  RunResult result;
};
// The phone is registered, or is not any more, by this version of the policy.
struct RegistrationSeen {
  std::uint64_t version = 0;
  bool registered = false;
};
struct TrialDue {
  std::uint64_t timer = 0;
};
// Forget the configuration. Answers why not; empty: it is done.
struct ResetRequest {
  std::string reason;
  bool factory = false;  // everything but MIC and image goes
};
// Of the settings' password.
struct LockSeen {
  bool locked = false;
};
struct StatusRequest {};
struct SettingsRequest {};
struct Configured {
  std::vector<ConfiguredElement> elements;  // of the configuration in force
};
// At an upgrade the older process still has the state directory; meanwhile this one serves what it has read and begins
// no run. StateDirAcquired brings what is on flash by then.
struct StateDirBusy {};
struct StateDirAcquired {
  State state;
};

struct Status {
  Stage stage = Stage::kDefault;
  std::uint64_t version = 0;
  std::vector<FileReport> files;  // of the last run, with those of the current one as they come
  std::string server;
  std::string doing;
  std::string last_failure;
  std::vector<std::string> remarks;  // about the configuration in force
  std::string trial;                 // one sentence, or empty
  settings::Lock lock = settings::Lock::kOpen;
  std::optional<bool> secure_without_ctl;  // none: no configuration has said it
  UrlService contact_search, problem_report;
  std::string wanted_load;  // by the configuration in force; empty: none
};

using ProvisioningActor =
    caf::typed_actor<caf::reacts_to<ServersNamed>, caf::reacts_to<CertificatesChanged>, caf::reacts_to<RunRequested>,
                     caf::reacts_to<RetryDue>, caf::reacts_to<SaveDue>, caf::reacts_to<RunProgressed>,
                     caf::reacts_to<FileReport>, caf::reacts_to<AlarmRaised>,
                     caf::reacts_to<PartialConfigurationReceived>, caf::reacts_to<RunFinished>,
                     caf::replies_to<StatusRequest>::with<Status>, caf::replies_to<SettingsRequest>::with<Configured>,
                     caf::reacts_to<RegistrationSeen>, caf::reacts_to<TrialDue>, caf::reacts_to<LockSeen>,
                     caf::replies_to<ResetRequest>::with<std::string>, caf::replies_to<RefetchRequest>::with<Refetched>,
                     caf::reacts_to<StateDirBusy>, caf::reacts_to<StateDirAcquired>>;

// The effects the actor asks for.
struct ProvisioningDelegate {
  std::function<void(const Policy&)> publish;
  std::function<absl::Status(const State&)> save;
  TrialTimes trial{};
  std::chrono::milliseconds save_again{30000};  // what could not be saved is tried again after this time
  std::function<void(RunInput)> start_run;
  std::function<void()> cancel_run;
  std::function<void(std::string kind, mesh::Severity, std::string text, bool audit)> tell;
  // What the new configuration has lowered and which file did it, for the audit log and the incidents.
  std::function<void(const std::vector<Downgrade>&, const Source&)> tell_lowered;
  // Puts the order on flash by which the phone ends, erases itself and starts anew.
  std::function<absl::Status()> order_factory_reset;
  // The settings' password as the configuration in force has it; empty: none.
  std::function<void(const std::string& password, bool fips, const std::string& phone)> set_password;
};

ProvisioningActor::behavior_type provisioning(ProvisioningActor::pointer self, State initial,
                                              ProvisioningDelegate delegate);

}  // namespace phone::policy

PHONE_MESSAGE(phone::policy::ServersNamed)
PHONE_MESSAGE(phone::policy::CertificatesChanged)
PHONE_MESSAGE(phone::policy::RunRequested)
PHONE_MESSAGE(phone::policy::RefetchRequest)
PHONE_MESSAGE(phone::policy::Refetched)
PHONE_MESSAGE(phone::policy::RetryDue)
PHONE_MESSAGE(phone::policy::SaveDue)
PHONE_MESSAGE(phone::policy::RunProgressed)
PHONE_MESSAGE(phone::policy::AlarmRaised)
PHONE_MESSAGE(phone::policy::PartialConfigurationReceived)
PHONE_MESSAGE(phone::policy::RunFinished)
PHONE_MESSAGE(phone::policy::FileReport)
PHONE_MESSAGE(phone::policy::StatusRequest)
PHONE_MESSAGE(phone::policy::StateDirBusy)
PHONE_MESSAGE(phone::policy::StateDirAcquired)
PHONE_MESSAGE(phone::policy::Status)
PHONE_MESSAGE(phone::policy::SettingsRequest)
PHONE_MESSAGE(phone::policy::Configured)
PHONE_MESSAGE(phone::policy::RegistrationSeen)
PHONE_MESSAGE(phone::policy::TrialDue)
PHONE_MESSAGE(phone::policy::LockSeen)
PHONE_MESSAGE(phone::policy::ResetRequest)
