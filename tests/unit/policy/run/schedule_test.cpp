// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/schedule.hpp"

#include <gtest/gtest.h>

namespace phone::policy {
namespace {

using std::chrono::seconds;

TEST(F9_Provisioning, BeginsWhenTheNetworkNamesAServerAndRestsWhenItIsDone) {
  Schedule schedule;
  EXPECT_EQ(schedule.on_request().act, Action::kNothing);
  EXPECT_EQ(schedule.on_servers({"a"}).act, Action::kStart);
  EXPECT_EQ(schedule.on_servers({"a"}).act, Action::kNothing);
  EXPECT_EQ(schedule.on_finished(RunOutcome::kComplete).act, Action::kNothing);
  EXPECT_EQ(schedule.on_servers({"a"}).act, Action::kNothing);
}

TEST(F9_Provisioning, FailureIsTriedAgainLaterAndLater) {
  Schedule schedule;
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
  Schedule schedule;
  schedule.on_servers({"a"});
  EXPECT_EQ(schedule.on_servers({"b"}).act, Action::kCancel);
  EXPECT_EQ(schedule.on_finished(RunOutcome::kCancelled).act, Action::kStart);
  EXPECT_EQ(schedule.on_servers({}).act, Action::kCancel);
  EXPECT_EQ(schedule.on_finished(RunOutcome::kCancelled).act, Action::kNothing);
}

TEST(F9_Provisioning, RequestDuringARoundIsServedAfterIt) {
  Schedule schedule;
  schedule.on_servers({"a"});
  EXPECT_EQ(schedule.on_request().act, Action::kNothing);
  EXPECT_EQ(schedule.on_finished(RunOutcome::kComplete).act, Action::kStart);
  EXPECT_EQ(schedule.on_finished(RunOutcome::kComplete).act, Action::kNothing);
}

TEST(F9_Provisioning, FailedRoundIsTriedAgainAsSoonAsTheKeyHolderIsBack) {
  Schedule schedule;
  schedule.on_servers({"a"});
  const Order order = schedule.on_finished(RunOutcome::kFailed);
  EXPECT_EQ(schedule.on_certificates().act, Action::kStart);
  EXPECT_EQ(schedule.on_timer(order.timer).act, Action::kNothing);
  EXPECT_EQ(schedule.on_certificates().act, Action::kNothing);
  schedule.on_finished(RunOutcome::kComplete);
  EXPECT_EQ(schedule.on_certificates().act, Action::kNothing);
}

TEST(F35_SetUpLsc, RoundGoesOnOnceTheUsersStringHasBroughtACertificate) {
  Schedule schedule;
  schedule.on_servers({"a"});
  EXPECT_EQ(schedule.on_certificates().act, Action::kNothing);
  const Order waiting = schedule.on_finished(RunOutcome::kAwaitUser);
  EXPECT_EQ(schedule.on_certificates().act, Action::kStart);
  EXPECT_EQ(schedule.on_timer(waiting.timer).act, Action::kNothing) << "the round that it was for is running";
}

// An old file that asks for the user must not hold up for ever what the servers have to say by now.
TEST(F35_SetUpLsc, WhileTheUserIsAwaitedTheServersAreAskedAgain) {
  Schedule schedule;
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

}  // namespace
}  // namespace phone::policy
