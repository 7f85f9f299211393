// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/schedule.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace phone::policy {
namespace {

using std::chrono::seconds;
using enum ScheduleState;

void nowhere(ScheduleState, ScheduleState, std::string_view) {}

TEST(F9_Provisioning, BeginsWhenTheNetworkNamesAServerAndRestsWhenItIsDone) {
  Schedule schedule(nowhere);
  EXPECT_EQ(schedule.on_request().act, Action::kNothing);
  EXPECT_EQ(schedule.on_servers({"a"}).act, Action::kStart);
  EXPECT_EQ(schedule.on_servers({"a"}).act, Action::kNothing);
  EXPECT_EQ(schedule.on_finished(RunOutcome::kComplete).act, Action::kNothing);
  EXPECT_EQ(schedule.on_servers({"a"}).act, Action::kNothing);
}

TEST(F9_Provisioning, FailureIsTriedAgainLaterAndLater) {
  Schedule schedule(nowhere);
  schedule.on_servers({"a"});
  for (const int expected : {2, 4, 8, 16, 32, 64, 120, 120}) {
    const Order order = schedule.on_finished(RunOutcome::kFailed);
    ASSERT_EQ(order.act, Action::kWait);
    EXPECT_EQ(order.delay, seconds(expected));
    EXPECT_EQ(schedule.on_timer(order.timer - 1).act, Action::kNothing);
    EXPECT_EQ(schedule.on_timer(order.timer).act, Action::kStart);
    EXPECT_EQ(schedule.on_timer(order.timer).act, Action::kNothing);
  }
  schedule.on_finished(RunOutcome::kComplete);
  schedule.on_request();
  EXPECT_EQ(schedule.on_finished(RunOutcome::kFailed).delay, seconds(2));
}

TEST(F9_Provisioning, NewServersEndTheRunningRound) {
  Schedule schedule(nowhere);
  schedule.on_servers({"a"});
  EXPECT_EQ(schedule.on_servers({"b"}).act, Action::kCancel);
  EXPECT_EQ(schedule.on_finished(RunOutcome::kCancelled).act, Action::kStart);
  EXPECT_EQ(schedule.on_servers({}).act, Action::kCancel);
  EXPECT_EQ(schedule.on_finished(RunOutcome::kCancelled).act, Action::kNothing);
}

TEST(F9_Provisioning, RequestDuringARoundIsServedAfterIt) {
  Schedule schedule(nowhere);
  schedule.on_servers({"a"});
  EXPECT_EQ(schedule.on_request().act, Action::kNothing);
  EXPECT_EQ(schedule.on_finished(RunOutcome::kComplete).act, Action::kStart);
  EXPECT_EQ(schedule.on_finished(RunOutcome::kComplete).act, Action::kNothing);
}

TEST(F9_Provisioning, FailedRoundIsTriedAgainAsSoonAsTheKeyHolderIsBack) {
  Schedule schedule(nowhere);
  schedule.on_servers({"a"});
  const Order order = schedule.on_finished(RunOutcome::kFailed);
  EXPECT_EQ(schedule.on_certificates().act, Action::kStart);
  EXPECT_EQ(schedule.on_timer(order.timer).act, Action::kNothing);
  EXPECT_EQ(schedule.on_certificates().act, Action::kNothing);
  schedule.on_finished(RunOutcome::kComplete);
  EXPECT_EQ(schedule.on_certificates().act, Action::kNothing);
}

TEST(F35_SetUpLsc, RoundGoesOnOnceTheUsersStringHasBroughtACertificate) {
  Schedule schedule(nowhere);
  schedule.on_servers({"a"});
  EXPECT_EQ(schedule.on_certificates().act, Action::kNothing);
  const Order waiting = schedule.on_finished(RunOutcome::kAwaitUser);
  EXPECT_EQ(schedule.on_certificates().act, Action::kStart);
  EXPECT_EQ(schedule.on_timer(waiting.timer).act, Action::kNothing) << "the round that it was for is running";
}

// An old file that asks for the user must not keep the phone from what the servers have by now.
TEST(F35_SetUpLsc, WhileTheUserIsAwaitedTheServersAreAskedAgain) {
  Schedule schedule(nowhere);
  schedule.on_servers({"a"});
  for (int i = 0; i < 3; ++i) {
    const Order waiting = schedule.on_finished(RunOutcome::kAwaitUser);
    ASSERT_EQ(waiting.act, Action::kWait);
    EXPECT_EQ(waiting.delay, seconds(120));
    EXPECT_EQ(schedule.on_timer(waiting.timer - 1).act, Action::kNothing);
    EXPECT_EQ(schedule.on_timer(waiting.timer).act, Action::kStart);
  }
  EXPECT_EQ(schedule.on_finished(RunOutcome::kComplete).act, Action::kNothing);
}

// Every state under every event: the rows are the machine.
enum class ScheduleEvent {
  kSameServers,
  kOtherServers,
  kNoServers,
  kRequest,
  kCertificates,
  kComplete,
  kAwaitUser,
  kFailed,
  kCancelled,
  kTimer,
  kStaleTimer
};

Order send(Schedule& schedule, ScheduleEvent event, std::uint64_t timer) {
  switch (event) {
    case ScheduleEvent::kSameServers:
      return schedule.on_servers(schedule.servers());
    case ScheduleEvent::kOtherServers:
      return schedule.on_servers({"other"});
    case ScheduleEvent::kNoServers:
      return schedule.on_servers({});
    case ScheduleEvent::kRequest:
      return schedule.on_request();
    case ScheduleEvent::kCertificates:
      return schedule.on_certificates();
    case ScheduleEvent::kComplete:
      return schedule.on_finished(RunOutcome::kComplete);
    case ScheduleEvent::kAwaitUser:
      return schedule.on_finished(RunOutcome::kAwaitUser);
    case ScheduleEvent::kFailed:
      return schedule.on_finished(RunOutcome::kFailed);
    case ScheduleEvent::kCancelled:
      return schedule.on_finished(RunOutcome::kCancelled);
    case ScheduleEvent::kTimer:
      return schedule.on_timer(timer);
    case ScheduleEvent::kStaleTimer:
      return schedule.on_timer(timer - 1);
  }
  return {};
}

// Brings a new schedule into `state` and returns the timer it has armed last.
std::uint64_t bring(Schedule& schedule, ScheduleState state) {
  if (state == kNoServer) return 1;
  if (state == kDirectoryBusy) return schedule.on_directory_busy(), 1;
  schedule.on_servers({"a"});
  std::uint64_t timer = schedule.on_finished(RunOutcome::kFailed).timer;
  if (state == kRetrying) return timer;
  schedule.on_request();
  if (state == kRunningAgain) schedule.on_request();
  if (state == kCancelling) schedule.on_servers({"b"});
  if (state == kSettled) schedule.on_finished(RunOutcome::kComplete);
  if (state == kAwaitingUser) timer = schedule.on_finished(RunOutcome::kAwaitUser).timer;
  return timer;
}

struct ScheduleRow {
  ScheduleState from;
  ScheduleEvent event;
  ScheduleState to;
  Action act;
};

constexpr Action kNo = Action::kNothing;
const std::vector<ScheduleRow> kScheduleTable = {
    {kDirectoryBusy, ScheduleEvent::kSameServers, kDirectoryBusy, kNo},
    {kDirectoryBusy, ScheduleEvent::kOtherServers, kDirectoryBusy, kNo},
    {kDirectoryBusy, ScheduleEvent::kNoServers, kDirectoryBusy, kNo},
    {kDirectoryBusy, ScheduleEvent::kRequest, kDirectoryBusy, kNo},
    {kDirectoryBusy, ScheduleEvent::kCertificates, kDirectoryBusy, kNo},
    {kDirectoryBusy, ScheduleEvent::kComplete, kDirectoryBusy, kNo},
    {kDirectoryBusy, ScheduleEvent::kAwaitUser, kDirectoryBusy, kNo},
    {kDirectoryBusy, ScheduleEvent::kFailed, kDirectoryBusy, kNo},
    {kDirectoryBusy, ScheduleEvent::kCancelled, kDirectoryBusy, kNo},
    {kDirectoryBusy, ScheduleEvent::kTimer, kDirectoryBusy, kNo},
    {kDirectoryBusy, ScheduleEvent::kStaleTimer, kDirectoryBusy, kNo},

    {kNoServer, ScheduleEvent::kSameServers, kNoServer, kNo},
    {kNoServer, ScheduleEvent::kOtherServers, kRunning, Action::kStart},
    {kNoServer, ScheduleEvent::kNoServers, kNoServer, kNo},
    {kNoServer, ScheduleEvent::kRequest, kNoServer, kNo},
    {kNoServer, ScheduleEvent::kCertificates, kNoServer, kNo},
    {kNoServer, ScheduleEvent::kComplete, kNoServer, kNo},
    {kNoServer, ScheduleEvent::kAwaitUser, kNoServer, kNo},
    {kNoServer, ScheduleEvent::kFailed, kNoServer, kNo},
    {kNoServer, ScheduleEvent::kCancelled, kNoServer, kNo},
    {kNoServer, ScheduleEvent::kTimer, kNoServer, kNo},
    {kNoServer, ScheduleEvent::kStaleTimer, kNoServer, kNo},

    {kRunning, ScheduleEvent::kSameServers, kRunning, kNo},
    {kRunning, ScheduleEvent::kOtherServers, kCancelling, Action::kCancel},
    {kRunning, ScheduleEvent::kNoServers, kCancelling, Action::kCancel},
    {kRunning, ScheduleEvent::kRequest, kRunningAgain, kNo},
    {kRunning, ScheduleEvent::kCertificates, kRunning, kNo},
    {kRunning, ScheduleEvent::kComplete, kSettled, kNo},
    {kRunning, ScheduleEvent::kAwaitUser, kAwaitingUser, Action::kWait},
    {kRunning, ScheduleEvent::kFailed, kRetrying, Action::kWait},
    {kRunning, ScheduleEvent::kCancelled, kSettled, kNo},
    {kRunning, ScheduleEvent::kTimer, kRunning, kNo},
    {kRunning, ScheduleEvent::kStaleTimer, kRunning, kNo},

    {kRunningAgain, ScheduleEvent::kSameServers, kRunningAgain, kNo},
    {kRunningAgain, ScheduleEvent::kOtherServers, kCancelling, Action::kCancel},
    {kRunningAgain, ScheduleEvent::kNoServers, kCancelling, Action::kCancel},
    {kRunningAgain, ScheduleEvent::kRequest, kRunningAgain, kNo},
    {kRunningAgain, ScheduleEvent::kCertificates, kRunningAgain, kNo},
    {kRunningAgain, ScheduleEvent::kComplete, kRunning, Action::kStart},
    {kRunningAgain, ScheduleEvent::kAwaitUser, kRunning, Action::kStart},
    {kRunningAgain, ScheduleEvent::kFailed, kRunning, Action::kStart},
    {kRunningAgain, ScheduleEvent::kCancelled, kRunning, Action::kStart},
    {kRunningAgain, ScheduleEvent::kTimer, kRunningAgain, kNo},
    {kRunningAgain, ScheduleEvent::kStaleTimer, kRunningAgain, kNo},

    {kCancelling, ScheduleEvent::kSameServers, kCancelling, kNo},
    {kCancelling, ScheduleEvent::kOtherServers, kCancelling, Action::kCancel},
    {kCancelling, ScheduleEvent::kNoServers, kCancelling, Action::kCancel},
    {kCancelling, ScheduleEvent::kRequest, kCancelling, kNo},
    {kCancelling, ScheduleEvent::kCertificates, kCancelling, kNo},
    {kCancelling, ScheduleEvent::kComplete, kRunning, Action::kStart},
    {kCancelling, ScheduleEvent::kAwaitUser, kRunning, Action::kStart},
    {kCancelling, ScheduleEvent::kFailed, kRunning, Action::kStart},
    {kCancelling, ScheduleEvent::kCancelled, kRunning, Action::kStart},
    {kCancelling, ScheduleEvent::kTimer, kCancelling, kNo},
    {kCancelling, ScheduleEvent::kStaleTimer, kCancelling, kNo},

    {kSettled, ScheduleEvent::kSameServers, kSettled, kNo},
    {kSettled, ScheduleEvent::kOtherServers, kRunning, Action::kStart},
    {kSettled, ScheduleEvent::kNoServers, kNoServer, kNo},
    {kSettled, ScheduleEvent::kRequest, kRunning, Action::kStart},
    {kSettled, ScheduleEvent::kCertificates, kSettled, kNo},
    {kSettled, ScheduleEvent::kComplete, kSettled, kNo},
    {kSettled, ScheduleEvent::kAwaitUser, kSettled, kNo},
    {kSettled, ScheduleEvent::kFailed, kSettled, kNo},
    {kSettled, ScheduleEvent::kCancelled, kSettled, kNo},
    {kSettled, ScheduleEvent::kTimer, kSettled, kNo},
    {kSettled, ScheduleEvent::kStaleTimer, kSettled, kNo},

    {kAwaitingUser, ScheduleEvent::kSameServers, kAwaitingUser, kNo},
    {kAwaitingUser, ScheduleEvent::kOtherServers, kRunning, Action::kStart},
    {kAwaitingUser, ScheduleEvent::kNoServers, kNoServer, kNo},
    {kAwaitingUser, ScheduleEvent::kRequest, kRunning, Action::kStart},
    {kAwaitingUser, ScheduleEvent::kCertificates, kRunning, Action::kStart},
    {kAwaitingUser, ScheduleEvent::kComplete, kAwaitingUser, kNo},
    {kAwaitingUser, ScheduleEvent::kAwaitUser, kAwaitingUser, kNo},
    {kAwaitingUser, ScheduleEvent::kFailed, kAwaitingUser, kNo},
    {kAwaitingUser, ScheduleEvent::kCancelled, kAwaitingUser, kNo},
    {kAwaitingUser, ScheduleEvent::kTimer, kRunning, Action::kStart},
    {kAwaitingUser, ScheduleEvent::kStaleTimer, kAwaitingUser, kNo},

    {kRetrying, ScheduleEvent::kSameServers, kRetrying, kNo},
    {kRetrying, ScheduleEvent::kOtherServers, kRunning, Action::kStart},
    {kRetrying, ScheduleEvent::kNoServers, kNoServer, kNo},
    {kRetrying, ScheduleEvent::kRequest, kRunning, Action::kStart},
    {kRetrying, ScheduleEvent::kCertificates, kRunning, Action::kStart},
    {kRetrying, ScheduleEvent::kComplete, kRetrying, kNo},
    {kRetrying, ScheduleEvent::kAwaitUser, kRetrying, kNo},
    {kRetrying, ScheduleEvent::kFailed, kRetrying, kNo},
    {kRetrying, ScheduleEvent::kCancelled, kRetrying, kNo},
    {kRetrying, ScheduleEvent::kTimer, kRunning, Action::kStart},
    {kRetrying, ScheduleEvent::kStaleTimer, kRetrying, kNo},
};

TEST(F9_ProvisioningSchedule, EveryStateUnderEveryEvent) {
  ASSERT_EQ(kScheduleTable.size(), std::size_t{8 * 11});
  for (const ScheduleRow& row : kScheduleTable) {
    SCOPED_TRACE(std::string(name_of(row.from)) + ", event " + std::to_string(static_cast<int>(row.event)));
    Schedule schedule(nowhere);
    const std::uint64_t timer = bring(schedule, row.from);
    ASSERT_EQ(schedule.state(), row.from);
    EXPECT_EQ(send(schedule, row.event, timer).act, row.act);
    EXPECT_EQ(schedule.state(), row.to);
  }
}

TEST(F9_ProvisioningSchedule, ACancelledRunWithoutServersLeavesNothingDue) {
  Schedule schedule(nowhere);
  schedule.on_servers({"a"});
  schedule.on_servers({});
  schedule.on_request();
  EXPECT_EQ(schedule.on_finished(RunOutcome::kFailed).act, Action::kNothing);
  EXPECT_EQ(schedule.state(), kNoServer);
}

TEST(F9_ProvisioningSchedule, EachChangeOfStateIsToldWithItsCause) {
  std::vector<std::string> told;
  Schedule schedule([&](ScheduleState from, ScheduleState to, std::string_view cause) {
    told.push_back(std::string(name_of(from)) + " -> " + name_of(to) + ": " + std::string(cause));
  });
  schedule.on_directory_busy();
  schedule.on_directory_acquired();
  schedule.on_servers({"a"});
  schedule.on_request();
  schedule.on_request();
  schedule.on_finished(RunOutcome::kComplete);
  schedule.on_timer(schedule.on_finished(RunOutcome::kFailed).timer);
  EXPECT_EQ(told, (std::vector<std::string>{
                      "no server -> directory busy: the older process has the state directory",
                      "directory busy -> no server: the state directory is ours",
                      "no server -> running: the servers changed",
                      "running -> running, another due: a run was requested",
                      "running, another due -> running: the run is complete",
                      "running -> retrying: the run failed",
                      "retrying -> running: the timer ended",
                  }));
}

// A session may take 30 s at a server that is far away, three times; more servers divide none of it.
TEST(F21_CapfPatience, GivesEachServerAllOfItsOwnTime) {
  constexpr std::chrono::seconds kPausesBetweenRounds{60};
  for (std::size_t servers = 1; servers <= 5; ++servers) {
    EXPECT_GE(enrolment_patience(servers), 3 * servers * std::chrono::seconds(30) + kPausesBetweenRounds) << servers;
  }
  EXPECT_EQ(enrolment_patience(1), std::chrono::seconds(300));
  EXPECT_EQ(enrolment_patience(1000), enrolment_patience(5));
}

}  // namespace
}  // namespace phone::policy
