// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/clock/time_floor.hpp"

// Where the phone's time comes from: servers of the configuration, else of the lease, for the system's own time
// service; else the Date of a call manager. Pure: the clock's reading is handed in.
// decisions/2026-11-30-where-the-time-comes-from.md.
namespace phone::network {

// As the configuration has it.
struct TimePolicy {
  std::vector<std::string> servers;
  std::string zone, date_template;
  friend bool operator==(const TimePolicy&, const TimePolicy&) = default;
};

struct TimeFacts {
  bool known = true;
  std::string text;  // one sentence
  std::vector<std::string> servers;
  std::string server_source;  // "configuration", "DHCP option 42"; empty: none
  bool synchronized = false;
  absl::Time floor = absl::UnixEpoch();
  std::string floor_source;
  std::string zone, date_template;
  std::optional<absl::Time> call_manager_date;  // the first that was taken, or the last that has set the clock
  std::string set_by;                           // the call manager that has set the clock; empty: none has
  friend bool operator==(const TimeFacts&, const TimeFacts&) = default;
};

// What comes of a call manager's Date.
struct DateVerdict {
  bool taken = false;
  std::string reason;  // why not, or why the clock stays as it is
  bool sets_clock = false;
};

class TimeKeeper {
 public:
  // As much as call managers and phones differ without anything being wrong (cucm-calls.md 8.9).
  static constexpr absl::Duration kTolerance = absl::Seconds(10);
  static constexpr std::size_t kMostServers = 4;

  struct Now {
    absl::Time clock;  // as it stands
    clock::Present present;
    clock::Floor floor;
  };

  void change_policy(TimePolicy policy) { policy_ = std::move(policy); }
  void change_lease(std::vector<std::string> servers) { lease_ = std::move(servers); }
  // As the system's time service says.
  void change_synchronized(bool synchronized) { synchronized_ = synchronized; }
  DateVerdict take_date(const std::string& server, absl::Time date, const Now& now);

  const std::vector<std::string>& servers() const { return policy_.servers.empty() ? lease_ : policy_.servers; }
  // systemd-timesyncd's drop-in: the servers in force, or nothing, so that the system's own settings hold.
  std::string service_settings() const;
  TimeFacts facts(const Now& now) const;

 private:
  std::vector<std::string> usable_servers() const;
  std::string sentence(const Now& now) const;

  TimePolicy policy_;
  std::vector<std::string> lease_;
  bool synchronized_ = false;
  std::optional<absl::Time> date_;
  std::string set_by_;
};

}  // namespace phone::network
