// incidents.hpp -- what broke, was refused or got lost in this process, told into its journal as events "process.*",
// "incident.*": how the one before us ended and how long that took, a weaker sandbox, floods by their counters.
#pragma once

#include "common/mesh/call/event_log.hpp"
#include "common/mesh/guard/exit_history.hpp"
#include "common/metrics/flood_detector.hpp"

namespace phone::mesh {

class Incidents {
 public:
  // The journal may be null: then nothing is told, but restarts are counted all the same.
  Incidents(std::string_view service, Journal* journal) : service_(service), journal_(journal) {}

  void served(Endings& endings);
  // Another program was here before, and began to stop at `since`, on the clock of since_boot().
  void taken_over(absl::Time since);
  void tell_sandbox();
  // Every second or so.
  void look();

 private:
  const std::string service_;
  Journal* const journal_;
  metrics::FloodDetector flood_detector_;
};

}  // namespace phone::mesh
