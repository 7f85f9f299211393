// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/schedule.hpp"

#include <algorithm>
#include <utility>

namespace phone::policy {
namespace {

using enum ScheduleState;

// The file that asks for the user may be an old one, so the servers are asked again while the user is awaited.
constexpr std::chrono::seconds kUserDelay{120};

const char* cause_of(RunOutcome end) {
  switch (end) {
    case RunOutcome::kComplete:
      return "the run is complete";
    case RunOutcome::kAwaitUser:
      return "the run needs the authentication string";
    case RunOutcome::kFailed:
      return "the run failed";
    case RunOutcome::kCancelled:
      return "the run was cancelled";
  }
  return "";
}

}  // namespace

const char* name_of(ScheduleState state) {
  switch (state) {
    case kDirectoryBusy:
      return "directory busy";
    case kNoServer:
      return "no server";
    case kRunning:
      return "running";
    case kRunningAgain:
      return "running, another due";
    case kCancelling:
      return "cancelling";
    case kSettled:
      return "settled";
    case kAwaitingUser:
      return "awaiting user";
    case kRetrying:
      return "retrying";
  }
  return "";
}

std::chrono::seconds enrolment_patience(std::size_t servers) {
  constexpr std::chrono::seconds kBeside{210};     // key generation, the pauses between rounds
  constexpr std::chrono::seconds kEachServer{90};  // three tries of 30 s (FEATURES.md F21)
  constexpr std::size_t kMostServers = 5;          // certificate_manager takes no more
  return kBeside + kEachServer * static_cast<int>(std::clamp<std::size_t>(servers, 1, kMostServers));
}

std::chrono::seconds retry_delay(unsigned failures) {
  constexpr long kLongest = 120;
  return std::chrono::seconds(std::min(kLongest, 1L << std::min(failures, 10U)));
}

Order Schedule::on_servers(std::vector<std::string> servers) {
  if (state_ == kDirectoryBusy || servers == servers_) return {};
  servers_ = std::move(servers);
  failures_ = 0;
  switch (state_) {
    case kRunning:
    case kRunningAgain:
    case kCancelling:
      enter(kCancelling, "the servers changed");
      return {.act = Action::kCancel};
    default:
      return start("the servers changed");
  }
}

Order Schedule::on_request() {
  switch (state_) {
    case kRunning:
      enter(kRunningAgain, "a run was requested");
      return {};
    case kSettled:
    case kAwaitingUser:
    case kRetrying:
      return start("a run was requested");
    default:
      return {};
  }
}

Order Schedule::on_certificates() {
  const bool waited = state_ == kAwaitingUser || state_ == kRetrying;
  return waited ? start("the certificates changed") : Order{};
}

Order Schedule::on_finished(RunOutcome end) {
  failures_ = end == RunOutcome::kFailed ? failures_ + 1 : 0;
  const char* cause = cause_of(end);
  if (state_ == kRunningAgain || state_ == kCancelling) return start(cause);
  if (state_ != kRunning) return {};
  switch (end) {
    case RunOutcome::kAwaitUser:
      return wait(kAwaitingUser, kUserDelay, cause);
    case RunOutcome::kFailed:
      return wait(kRetrying, retry_delay(failures_), cause);
    case RunOutcome::kComplete:
    case RunOutcome::kCancelled:
      enter(kSettled, cause);
      return {};
  }
  return {};
}

Order Schedule::on_timer(std::uint64_t timer) {
  const bool due = timer == timer_ && (state_ == kAwaitingUser || state_ == kRetrying);
  return due ? start("the timer ended") : Order{};
}

Order Schedule::start(std::string_view cause) {
  if (servers_.empty()) {
    enter(kNoServer, cause);
    return {};
  }
  enter(kRunning, cause);
  return {.act = Action::kStart};
}

Order Schedule::wait(ScheduleState state, std::chrono::seconds delay, std::string_view cause) {
  enter(state, cause);
  return {.act = Action::kWait, .delay = delay, .timer = ++timer_};
}

void Schedule::enter(ScheduleState state, std::string_view cause) {
  const ScheduleState from = std::exchange(state_, state);
  if (from != state && entered_) entered_(from, state, cause);
}

}  // namespace phone::policy
