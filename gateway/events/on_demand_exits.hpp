// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/mesh/guard/exit_history.hpp"
#include "phone/mesh/v1/events.pb.h"

namespace phone::gateway {

// What befell a service that runs only while it is wanted (enrolment, download), out of the file in which the
// supervisor notes how its processes ended: such a service has no stream of events, and it may not be started again
// for hours. A regular exit is no event.
class OnDemandExits {
 public:
  // So long after a death the next process is waited for, to say how long it took.
  static constexpr absl::Duration kPatience = absl::Seconds(2);

  explicit OnDemandExits(std::string service) : service_(std::move(service)) {}

  // `text` is the whole file as it is now; `since_boot` the clock of its lines, `now` that of people. The events that
  // are new since the last look.
  std::vector<phone::mesh::v1::Event> look(std::string_view text, absl::Time since_boot, absl::Time now);
  // Deaths since power-on, by systemd's word for the cause.
  const std::map<std::string, std::uint64_t>& by_cause() const { return by_cause_; }
  // The last one was a death, and none has served since.
  bool last_run_failed() const { return last_run_failed_; }

 private:
  phone::mesh::v1::Event event(std::string kind, std::string text, absl::Duration took, absl::Time at) const;

  const std::string service_;
  std::size_t read_ = 0;
  std::map<std::string, std::uint64_t> by_cause_;
  bool last_run_failed_ = false;
  std::vector<phone::mesh::ProcessExit> open_;  // deaths after which none has served yet
};

}  // namespace phone::gateway
