// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <caf/fwd.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "common/mesh/call/event_log.hpp"
#include "common/mesh/call/latest.hpp"
#include "common/mesh/server/router.hpp"
#include "gateway/events/incident_watch.hpp"
#include "gateway/events/on_demand_driver.hpp"
#include "gateway/events/service_watchers_rpc.hpp"
#include "gateway/peers/peers_rpc.hpp"
#include "gateway/report/reporter_rpc.hpp"
#include "gateway/rpc/diagnostics.hpp"
#include "gateway/rpc/enrolment_servers.hpp"
#include "gateway/status/phone_status_actor.hpp"

namespace phone::gateway {

// The gateway's parts and how they are connected.
class Wiring {
 public:
  struct Settings {
    DiagnosticsOptions diagnostics;
    std::filesystem::path run = "/run";  // where the supervisor notes how services on demand ended
    std::chrono::milliseconds poll_period = kPollPeriod;
  };
  // Registers the methods on `router`, opens the diagnostics acceptor when policy says so, and follows the services.
  Wiring(caf::actor_system& system, phone::mesh::Router& router, phone::os::EventLoop& loop,
         const phone::mesh::Paths& paths, phone::mesh::EventLog& event_log, Settings settings);
  ~Wiring() { stop(); }
  Wiring(const Wiring&) = delete;
  Wiring& operator=(const Wiring&) = delete;
  // Ends threads and streams and sends the actor its exit; what the actor uses stays until this object goes.
  void stop();

 private:
  phone::mesh::Latest<phone::gateway::v1::PhoneStatus> latest_;
  EnrolmentServers enrolment_;
  Peers peers_;
  std::shared_ptr<Reporter> reporter_;
  std::optional<OnDemandDriver> on_demand_;
  std::optional<IncidentWatch> incidents_;
  std::optional<Diagnostics> acceptor_;
  std::optional<ServiceWatchers> watchers_;
  std::function<void()> end_status_;
};

}  // namespace phone::gateway
