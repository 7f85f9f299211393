// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// supervisor.hpp -- the sd_notify(3) and LISTEN_FDS protocols of the supervisor, without libsystemd.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/mesh/listen/listener.hpp"

namespace phone::mesh {

// "READY=1", "WATCHDOG=1", "STOPPING=1", "STATUS=..."; a no-op without a supervisor.
void sd_notify(std::string_view state);
// How often the supervisor wants to hear WATCHDOG=1; zero when it does not.
absl::Duration watchdog_period();

// Keeps a descriptor at the supervisor under `name` across restarts (FDSTORE=1, FDPOLL=0); ours stays open.
// FAILED_PRECONDITION without one.
absl::Status sd_store_fd(const std::string& name, int fd);
// Gives up all kept under `name` (FDSTOREREMOVE=1).
absl::Status sd_remove_fd(const std::string& name);

// The descriptors it keeps for us, listening sockets included, each with its name; they stay ours.
std::vector<std::pair<std::string, int>> kept_fds();

// Takes the descriptors inherited under `name` (LISTEN_FDNAMES): listening sockets and those stored before. Each is
// given out once.
std::vector<os::Descriptor> inherited_fds(std::string_view name);
// Reads LISTEN_* and removes it from the environment. Service does it first thing in main; again is harmless.
void take_inherited();
// As if it had been inherited, from a predecessor that has it from the supervisor.
void inherit(std::string name, os::Descriptor fd);
// The watchdog period that the supervisor gave the predecessor; zero: none.
void be_watched(absl::Duration period);

}  // namespace phone::mesh
