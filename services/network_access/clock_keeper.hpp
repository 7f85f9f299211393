// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/clock/clock_watch.hpp"
#include "common/mesh/call/event_log.hpp"
#include "common/os/event_loop.hpp"
#include "services/network_access/time/time_keeper.hpp"

namespace phone::network {

// Follows the device's clock: says when it is found to be wrong and when it is right again, has certificates judged
// again, and remembers the last known time for the next start (common/clock). Tells the system's time service its
// servers, and has the clock set by a call manager where no server does.
class ClockKeeper {
 public:
  struct Files {
    std::filesystem::path last_time;
    // Watched by units that run as root (deploy/units): the time service's drop-in, and the time to set. Nothing is
    // written where this directory is not there.
    std::filesystem::path time_dir = "/run/phone-time";
    // Touched by systemd-timesyncd when it has set the clock.
    std::filesystem::path synchronized = "/run/systemd/timesync/synchronized";
  };
  struct Delegate {
    std::function<void()> judge_again;  // on the loop, whenever dates may be judged differently
    std::function<void(const TimeFacts&)> publish;
  };
  ClockKeeper(os::EventLoop& loop, mesh::EventLog& event_log, Files files, Delegate delegate)
      : loop_(loop), event_log_(event_log), files_(std::move(files)), delegate_(std::move(delegate)) {}

  absl::Status start();
  void stop();
  // Reports a change of what is known of the clock; true then. From any thread.
  bool tell();
  // From any thread.
  void change_policy(TimePolicy policy);
  void change_lease(std::vector<std::string> servers);
  void take_date(std::string server, absl::Time date, std::function<void(const DateVerdict&)> done);

 private:
  TimeKeeper::Now now() const;
  void look();
  void publish();
  void write_settings();
  void write(const char* name, const std::string& content);
  DateVerdict judge(const std::string& server, absl::Time date);

  os::EventLoop& loop_;
  mesh::EventLog& event_log_;
  const Files files_;
  const Delegate delegate_;
  TimeKeeper keeper_;
  std::string settings_;       // as written
  std::string write_failure_;  // as told
  std::unique_ptr<os::Timer> hourly_, look_;
  std::unique_ptr<clock::ClockWatch> watch_;
  std::atomic<bool> known_ = true;
};

}  // namespace phone::network
