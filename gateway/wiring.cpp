// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/wiring.hpp"

#include <caf/all.hpp>
#include <utility>

#include "gateway/rpc/gateway_rpc.hpp"
#include "gateway/status/ask_rpc.hpp"

namespace phone::gateway {

Wiring::Wiring(caf::actor_system& system, phone::mesh::Router& router, phone::os::EventLoop& loop,
               const phone::mesh::Paths& paths, phone::mesh::EventLog& event_log, Settings settings)
    : peers_(paths), reporter_(std::make_shared<Reporter>(latest_, event_log, peers_)) {
  const StatusActor phone_status = spawn_status(system, ask_by_rpc(peers_), latest_, settings.poll_period);
  on_demand_.emplace(loop, std::move(settings.run), event_log);
  serve_gateway(router, system, phone_status, latest_, event_log, peers_, enrolment_, [this] {
    OnDemand records;
    for (const auto& [service, causes] : on_demand_->deaths()) records[service].deaths = causes;
    for (const auto& service : on_demand_->failed()) records[service].last_run_failed = true;
    return records;
  });
  serve_reports(router, reporter_);
  incidents_.emplace(event_log, [phone_status](phone::mesh::v1::Event incident) {
    caf::anon_send(phone_status, FactUpdated{Source::kPolicy, std::move(incident)});  // the event names its service
  });
  acceptor_.emplace(loop, router, event_log, std::move(settings.diagnostics));
  watchers_.emplace(
      peers_, event_log,
      WatchDelegate{.update =
                        [this, phone_status](Source source, Fact fact) {
                          if (const auto* state = std::get_if<phone::signaling::v1::SignalingState>(&fact))
                            reporter_->ordered(state->reports_ordered());
                          caf::anon_send(phone_status, FactUpdated{source, std::move(fact)});
                        },
                    .happened = [phone_status](Source) { caf::anon_send(phone_status, PollRequested{}); },
                    .policy =
                        [this, phone_status](const PolicyFacts& policy) {
                          enrolment_.update(policy);
                          acceptor_->apply(policy);
                          caf::anon_send(phone_status, FactUpdated{Source::kPolicy, acceptor_->state()});
                        }});
  end_status_ = [phone_status] { caf::anon_send_exit(phone_status, caf::exit_reason::user_shutdown); };
}

// Sources end before what they feed.
void Wiring::stop() {
  watchers_.reset();
  on_demand_.reset();
  acceptor_.reset();
  incidents_.reset();
  if (end_status_) std::exchange(end_status_, nullptr)();
}

}  // namespace phone::gateway
