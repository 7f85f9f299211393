// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/provisioning_actor.hpp"

#include <memory>

#include "services/policy/run/provisioner_actor.hpp"

namespace phone::policy {

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
          [provisioner](const SaveDue&) { provisioner->save_due(); },
          [provisioner](const RunProgressed& message) { provisioner->doing(message.sentence); },
          [provisioner](const FileReport& message) { provisioner->file(message); },
          [provisioner](const AlarmRaised& message) { provisioner->alarm(message.alarm); },
          [provisioner](const PartialConfigurationReceived& message) {
            provisioner->partial(message.partial, message.device_name);
          },
          [provisioner](const RunFinished& message) { provisioner->finished(message.result); },
          [provisioner](const StatusRequest&) { return provisioner->status(); },
          [provisioner](const SettingsRequest&) { return provisioner->configured(); },
          [provisioner](const RegistrationSeen& seen) { provisioner->registration_seen(seen); },
          [provisioner](const TrialDue& due) { provisioner->trial_timer(due.timer); },
          [provisioner](const LockSeen& seen) { provisioner->lock_seen(seen.locked); },
          [provisioner](const ResetRequest& request) -> caf::result<std::string> {
            if (provisioner->directory_busy()) return caf::skip;
            if (std::string refused = provisioner->refuses_reset(); !refused.empty())
              return mesh::to_error(absl::PermissionDeniedError(refused));
            if (!request.factory) {
              provisioner->reset(request.reason);
            } else if (absl::Status ordered = provisioner->factory_reset(request.reason); !ordered.ok()) {
              return mesh::to_error(ordered);
            }
            return std::string();
          },
          [provisioner](const RefetchRequest& message) -> caf::result<Refetched> {
            if (provisioner->directory_busy()) return caf::skip;
            return provisioner->refetch(message.reason);
          },
          [provisioner](const StateDirBusy&) { provisioner->state_dir_busy(); },
          [provisioner](const StateDirAcquired& message) { provisioner->state_dir_acquired(message.state); }};
}

}  // namespace phone::policy
