// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// exit_history.hpp -- how the processes of this service before us ended, since power-on. The supervisor alone knows: it
// runs deploy's phone-ending after each end (ExecStopPost=), which writes one line into the RuntimeDirectory; each
// process adds a line of its own when it serves. See decisions/2026-11-25-who-knows-why-a-process-died.md.
#pragma once

#include <absl/time/time.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/os/descriptor.hpp"

namespace phone::mesh {

// What systemd says of an end: SERVICE_RESULT, EXIT_CODE, EXIT_STATUS (systemd.exec(5)).
struct ProcessExit {
  absl::Time when;  // of the clock that does not jump, as absl::Time since boot
  std::string result, code, status;
};

struct PreviousExits {
  std::map<std::string, std::uint64_t> restarts;  // how often, by systemd's word for the cause
  std::vector<ProcessExit> since_served;          // all ends after which nobody served until now, oldest first
};

// Lines that are not understood are left out.
PreviousExits parse_previous_exits(std::string_view text);
// "killed by signal KILL", "hung: its watchdog ended it", "stopped normally".
std::string cause_of(const ProcessExit& ending);
// "media restarted after 120 ms: killed by signal KILL"; empty when nobody ended.
std::string restart_sentence(std::string_view service, const PreviousExits& past, absl::Time now);

// The same clock as in ProcessExit.
absl::Time since_boot();

// The file of endings of this process; everything is a no-op where there is no RuntimeDirectory.
class ExitHistory {
 public:
  // Opens it; to be called before the sandbox closes. Everybody may read it.
  static ExitHistory open();
  const PreviousExits& past() const { return past_; }
  void serving();

 private:
  PreviousExits past_;
  os::Descriptor file_;
};

}  // namespace phone::mesh
