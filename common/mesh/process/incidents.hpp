// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// incidents.hpp -- what broke, was refused or got lost in this process, told into its event log as events "process.*",
// "incident.*": how the one before us ended and how long that took, a weaker sandbox, floods by their counters.
#pragma once

#include "common/mesh/call/event_log.hpp"
#include "common/mesh/guard/exit_history.hpp"
#include "common/metrics/flood_detector.hpp"

namespace phone::mesh {

class Incidents {
 public:
  // The event log may be null: then nothing is told, but restarts are counted all the same.
  Incidents(std::string_view service, EventLog* event_log) : service_(service), event_log_(event_log) {}

  void served(ExitHistory& exit_history);
  // Another program was here before, and began to stop at `since`, on the clock of since_boot().
  void taken_over(absl::Time since);
  void tell_sandbox();
  // Every second or so.
  void look();

 private:
  const std::string service_;
  EventLog* const event_log_;
  metrics::FloodDetector flood_detector_;
};

}  // namespace phone::mesh
