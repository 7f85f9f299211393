// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// service.hpp -- the main of every service, in one fixed order: options, logging, state directory, load(), open(),
// sandbox(), actors, start(), serve, and on SIGTERM drain: stop accepting, finish calls, stop(), wait for the actors'
// end, exit 0.
#pragma once

#include <absl/status/status.h>

#include <caf/fwd.hpp>
#include <string_view>

#include "common/mesh/process/options.hpp"
#include "common/mesh/process/paths.hpp"
#include "common/mesh/server/router.hpp"
#include "common/os/event_loop.hpp"

namespace phone::mesh {

class Service {
 public:
  virtual ~Service() = default;
  // "trust_store"; also the directory of its socket and its state.
  virtual std::string_view name() const = 0;
  virtual void add_options(Options&) {}
  // Slow work that needs nothing a predecessor may still hold, such as loading and testing libraries. No threads.
  virtual absl::Status load() { return absl::OkStatus(); }
  // Opens files and sockets that must be open before the sandbox. No threads yet.
  virtual absl::Status open(const Paths&) { return absl::OkStatus(); }
  virtual absl::Status sandbox() { return absl::OkStatus(); }
  // Spawns actors and registers methods. May start threads. Must not wait for other services. Drivers wait on `loop`,
  // which runs from here on and until after stop().
  virtual absl::Status start(caf::actor_system& system, Router& router, os::EventLoop& loop) = 0;
  // False: no state directory is made.
  virtual bool keeps_state() const { return true; }
  // Asked about once a second; false ends the process as SIGTERM does. For services on demand: if `supervised`, the
  // supervisor keeps the socket and starts the process again for the next caller; otherwise nothing would.
  virtual bool wanted([[maybe_unused]] bool supervised) { return true; }
  // Its unit's reload puts another program in its place (handover.hpp).
  virtual bool hands_over() const { return false; }
  // For events of the process: previous exit, floods, degraded sandbox. Asked after
  // start().
  virtual EventLog* event_log() { return nullptr; }
  // No call is under way any more: ends threads, watchers, acceptors and drivers of its own, and tells its actors to
  // exit (anon_send_exit). Nothing may be left on the loop.
  virtual void stop() {}
};

// The whole life of the process; its result is main's: 0 after SIGTERM, 2 for bad options, 70 when something could not
// be started.
int run(Service& service, int argc, char** argv);

}  // namespace phone::mesh
