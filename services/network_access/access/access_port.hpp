// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "absl/status/status.h"
#include "services/network_access/access/access_actor.hpp"
#include "services/network_access/supplicant/supplicant_control.hpp"
#include "services/network_access/wlan/roam_actor.hpp"

namespace phone::network {

// One port with access control: the supplicant's client and the actor that drives it.
class AccessPort {
 public:
  // The port itself is the `run` of the setup's delegate. `roaming` gets every event as well; none on a wire.
  absl::Status open(caf::actor_system& system, SupplicantControl::Settings settings, AccessSetup setup,
                    const RoamActor& roaming);
  void stop();
  void run(Plan plan, PlanDone done) { control_->run(std::move(plan), std::move(done)); }
  const AccessActor& actor() const { return actor_; }  // none before open()

 private:
  std::unique_ptr<SupplicantControl> control_;
  AccessActor actor_;
};

}  // namespace phone::network
