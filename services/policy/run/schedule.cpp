// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/schedule.hpp"

#include <algorithm>

namespace phone::policy {

namespace {

// The file that asks for the user may have been an old one: what the servers have now is looked at while they wait.
constexpr std::chrono::seconds kAwaitingUser{120};

}  // namespace

std::chrono::seconds retry_delay(unsigned failures) {
  constexpr long kLongest = 120;
  return std::chrono::seconds(std::min(kLongest, 1L << std::min(failures, 10U)));
}

Order Schedule::start() {
  if (servers_.empty()) return {};
  ++timer_;
  running_ = true;
  run_pending_ = false;
  awaiting_user_ = false;
  return {.act = Action::kStart};
}

Order Schedule::on_servers(std::vector<std::string> servers) {
  if (servers == servers_) return {};
  servers_ = std::move(servers);
  failures_ = 0;
  if (!running_) return start();
  run_pending_ = !servers_.empty();
  return {.act = Action::kCancel};
}

Order Schedule::on_request() {
  if (!running_) return start();
  run_pending_ = true;
  return {};
}

Order Schedule::on_certificates() { return !running_ && (awaiting_user_ || failures_ > 0) ? start() : Order{}; }

Order Schedule::on_finished(RunOutcome end) {
  running_ = false;
  awaiting_user_ = end == RunOutcome::kAwaitUser;
  if (end == RunOutcome::kFailed) {
    ++failures_;
  } else {
    failures_ = 0;
  }
  if (run_pending_) return start();
  if (end == RunOutcome::kComplete || end == RunOutcome::kCancelled) return {};
  return {.act = Action::kWait, .delay = awaiting_user_ ? kAwaitingUser : retry_delay(failures_), .timer = ++timer_};
}

Order Schedule::on_timer(std::uint64_t timer) { return timer == timer_ && !running_ ? start() : Order{}; }

}  // namespace phone::policy
