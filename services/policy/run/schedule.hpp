// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "services/policy/run/provisioning_run.hpp"

// When a provisioning run is due. A machine: events in, what to do out; the actor does it.
namespace phone::policy {

enum class ScheduleState : std::uint8_t {
  kDirectoryBusy,  // At an upgrade the older process still has the state directory; no run may begin.
  kNoServer,       // The network provides no provisioning server; a run begins when it does.
  kRunning,        // A run is in progress.
  kRunningAgain,   // A run is in progress, and another was asked for since: it begins when this one ends.
  kCancelling,     // The servers changed during a run, which is ending; then one begins with the new servers, if any.
  kSettled,        // The last run ended well; only other servers or a request begin the next.
  kAwaitingUser,   // The call manager waits for the authentication string; the servers are asked again meanwhile.
  kRetrying,       // The last run failed; the next begins when the timer ends.
};
const char* name_of(ScheduleState state);

enum class Action {
  kNothing,
  kStart,   // begin a run now
  kCancel,  // end the current run; its end will ask for the next
  kWait     // come back with on_timer(timer) after `delay`
};

struct Order {
  Action act = Action::kNothing;
  std::chrono::seconds delay{0};
  std::uint64_t timer = 0;
  friend bool operator==(const Order&, const Order&) = default;
};

class Schedule {
 public:
  using Observer = std::function<void(ScheduleState from, ScheduleState to, std::string_view cause)>;
  explicit Schedule(Observer entered) : entered_(std::move(entered)) {}

  // Before any other event.
  void on_directory_busy() { enter(ScheduleState::kDirectoryBusy, "the older process has the state directory"); }
  void on_directory_acquired() {
    if (state_ == ScheduleState::kDirectoryBusy) enter(ScheduleState::kNoServer, "the state directory is ours");
  }
  // The provisioning servers as the network names them now.
  Order on_servers(std::vector<std::string> servers);
  Order on_request();
  // The certificates of this phone are known or have changed: that may be what the user or a failed run waited for.
  Order on_certificates();
  Order on_finished(RunOutcome end);
  Order on_timer(std::uint64_t timer);

  const std::vector<std::string>& servers() const { return servers_; }
  ScheduleState state() const { return state_; }

 private:
  Order start(std::string_view cause);
  Order wait(ScheduleState state, std::chrono::seconds delay, std::string_view cause);
  void enter(ScheduleState state, std::string_view cause);

  const Observer entered_;
  ScheduleState state_ = ScheduleState::kNoServer;
  std::vector<std::string> servers_;
  unsigned failures_ = 0;    // in a row
  std::uint64_t timer_ = 0;  // the newest; older ones are stale
};

// 2, 4, 8 ... 120 s.
std::chrono::seconds retry_delay(unsigned failures);
// How long the end of an enrolment is waited for: three rounds over the CAPF servers, each with all of its own time.
std::chrono::seconds enrolment_patience(std::size_t servers);

}  // namespace phone::policy
