// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// incidents.hpp -- events "process.*" and "incident.*" of this process: the previous exit and how long the restart
// took, a weaker sandbox, floods by their counters.
#pragma once

#include "common/mesh/call/event_log.hpp"
#include "common/mesh/guard/exit_history.hpp"
#include "common/metrics/flood_detector.hpp"

namespace phone::mesh {

class Incidents {
 public:
  // The event log may be null: then restarts are only counted.
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
