// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "services/policy/run/provisioning_run.hpp"

// When a provisioning run is due. Pure: events in, what to do out; the actor does it.
namespace phone::policy {

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
  // The provisioning servers as the network names them now.
  Order on_servers(std::vector<std::string> servers);
  Order on_request();
  // The certificates of this phone are known, or others than before; matters when the user was asked to enrol or the
  // last run failed.
  Order on_certificates();
  Order on_finished(RunOutcome end);
  Order on_timer(std::uint64_t timer);

  const std::vector<std::string>& servers() const { return servers_; }
  bool running() const { return running_; }

 private:
  Order start();

  std::vector<std::string> servers_;
  bool running_ = false;
  bool run_pending_ = false;
  bool awaiting_user_ = false;
  unsigned failures_ = 0;
  std::uint64_t timer_ = 0;  // only the newest counts
};

// 2, 4, 8 ... 120 s.
std::chrono::seconds retry_delay(unsigned failures);

}  // namespace phone::policy
