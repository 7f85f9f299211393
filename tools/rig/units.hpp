// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/rig/phone.hpp"

namespace phone::rig {

// Every service of the mesh that always runs; enrolment and download run on demand.
inline const std::vector<std::string> kServices{
    "trust_store", "certificate_manager", "policy", "network_access", "signaling", "media", "gateway"};

// One service as its supervisor sees it, and as the kernel does.
struct UnitFacts {
  std::string state;     // "active"
  std::string substate;  // "running"
  long restarts = 0;     // by the supervisor, not on request
  std::string main_pid;  // in the phone's own numbers
  long stored_descriptors = 0;
};
// All services at once: one question to systemd.
std::map<std::string, UnitFacts> units(Phone& phone);

struct Footprint {
  long descriptors = 0;
  double anonymous_megabytes = 0;
  double proportional_megabytes = 0;  // PSS: what it shares counts by its part
};

// The pid of a service's main process in our own pid namespace; none while the service does not run.
std::optional<pid_t> process_of(const Phone& phone, const std::string& service);
std::optional<Footprint> footprint(pid_t process);

}  // namespace phone::rig
