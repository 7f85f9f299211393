// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// exit_history.hpp -- how earlier processes of this service exited, since power-on. Only the supervisor knows: after
// each exit it runs deploy's phone-ending (ExecStopPost=), which appends a line to a file in the RuntimeDirectory. A
// process appends a line when it starts serving. See decisions/2026-11-25-who-knows-why-a-process-died.md.
#pragma once

#include <absl/time/time.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/os/descriptor.hpp"

namespace phone::mesh {

// An exit as systemd reports it: SERVICE_RESULT, EXIT_CODE, EXIT_STATUS (systemd.exec(5)).
struct ProcessExit {
  absl::Time when;  // of the clock that does not jump, as absl::Time since boot
  std::string result, code, status;
};

struct PreviousExits {
  std::map<std::string, std::uint64_t> restarts;  // how often, by systemd's name for the cause
  std::vector<ProcessExit> since_served;          // exits since a process last reached serving, oldest first
};

// Lines that are not understood are left out.
PreviousExits parse_previous_exits(std::string_view text);
// "killed by signal KILL", "hung: its watchdog ended it", "stopped normally".
std::string cause_of(const ProcessExit& ending);
// "media restarted after 120 ms: killed by signal KILL"; empty when there was no exit.
std::string restart_sentence(std::string_view service, const PreviousExits& past, absl::Time now);

// The same clock as in ProcessExit.
absl::Time since_boot();

// The file of endings of this process; everything is a no-op where there is no RuntimeDirectory.
class ExitHistory {
 public:
  // Opens it; to be called before the sandbox closes. World-readable.
  static ExitHistory open();
  const PreviousExits& past() const { return past_; }
  void serving();

 private:
  PreviousExits past_;
  os::Descriptor file_;
};

}  // namespace phone::mesh
