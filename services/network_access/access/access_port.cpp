// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/access/access_port.hpp"

#include <utility>

namespace phone::network {

absl::Status AccessPort::open(caf::actor_system& system, SupplicantControl::Settings settings, AccessSetup setup,
                              const RoamActor& roaming) {
  // The control's callbacks need the actor, and the actor the control, which starts last.
  control_ = std::make_unique<SupplicantControl>(
      std::move(settings),
      SupplicantControl::Delegate{.up = [this] { caf::anon_send(actor_, SupplicantChanged{true}); },
                                  .down = [this] { caf::anon_send(actor_, SupplicantChanged{false}); },
                                  .event =
                                      [this, roaming](SupplicantEvent event) {
                                        if (roaming) caf::anon_send(roaming, event);
                                        caf::anon_send(actor_, std::move(event));
                                      },
                                  .missed =
                                      [this, roaming] {
                                        if (roaming) caf::anon_send(roaming, EventsMissed());
                                        caf::anon_send(actor_, EventsMissed());
                                      }});
  setup.delegate.run = [this](Plan plan, PlanDone done) { run(std::move(plan), std::move(done)); };
  actor_ = spawn_access(system, std::move(setup));
  return control_->start();
}

void AccessPort::stop() {
  if (control_) control_->stop();
  if (actor_) caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
  actor_ = nullptr;
}

}  // namespace phone::network
