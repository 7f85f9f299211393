// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// handover.hpp -- a process gives its place to another one within its unit. The unit's reload starts the new program
// with
// --take-over beside the one that serves. When it is loaded it asks; the other drains and stops as on SIGTERM, then
// hands over every descriptor its supervisor keeps for it, and the new one goes on as after a restart: without the time
// an exec and the supervisor's sandbox take. See decisions/2026-11-26-handover-within-the-unit.md.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <optional>

#include "common/mesh/listen/listener.hpp"

namespace phone::mesh {

// Where a successor asks the process that serves: a socket in its RuntimeDirectory, for its own uid only.
class Handover {
 public:
  // To be called before the sandbox closes. Without a RuntimeDirectory there is no handover.
  static Handover open();
  // Readable when a successor asks; -1: none can.
  int fd() const { return listening_ ? listening_.get() : -1; }
  // The connection of a successor; nothing for another uid, or when it has gone.
  std::optional<os::Descriptor> asked() const;
  // Gives away the descriptors that the supervisor keeps for us. To be called when none is used any more: `since` is
  // when that began. Returns when the successor is the unit's main process, or after a second.
  static void give(const os::Descriptor& successor, absl::Time since);

 private:
  os::Descriptor listening_;
};

class Successor {
 public:
  // In the supervisor's control process: makes the process that takes over, which returns nothing from here. The other
  // one makes it the unit's main process when the time has come, and returns its own exit code when the successor
  // serves (0) or has failed (70).
  std::optional<int> fork();
  // Waits until the predecessor has stopped, and inherits from it. UNAVAILABLE when there is none or it ends on the
  // way, DEADLINE_EXCEEDED after ten seconds.
  absl::Status take();
  void serving();
  // When the predecessor began to stop, on the clock that does not jump (since_boot).
  absl::Time since() const { return since_; }

 private:
  os::Descriptor overseer_;
  absl::Time since_;
};

}  // namespace phone::mesh
