// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/clock/time_floor.hpp"

#include <gtest/gtest.h>

namespace phone::clock {
namespace {

absl::Time day(int year, int month, int day) {
  return absl::FromCivil(absl::CivilDay(year, month, day), absl::UTCTimeZone());
}
const absl::Time kBuilt = day(2026, 11, 1);

TEST(F95_TimeFloor, AClockIn1970IsWrongAndNothingIsTooEarly) {
  TimeFloor floor(kBuilt);
  const Present present = floor.present(absl::UnixEpoch());
  EXPECT_FALSE(present.known);
  EXPECT_EQ(present.time, kBuilt);
  EXPECT_EQ(judging_time(present, {}), kBuilt);
  EXPECT_EQ(judging_time(present, {day(2020, 1, 1), day(2027, 5, 1)}), day(2027, 5, 1));
}

TEST(F95_TimeFloor, AClockAfterEverythingThatHasPassedIsBelieved) {
  TimeFloor floor(kBuilt);
  floor.prove(day(2026, 12, 1));
  floor.see(day(2026, 12, 5));
  const Present present = floor.present(day(2026, 12, 6));
  EXPECT_TRUE(present.known);
  EXPECT_EQ(judging_time(present, {day(2027, 1, 1)}), day(2026, 12, 6)) << "what begins later has not begun";
}

TEST(F95_TimeFloor, WhatIsProvenRaisesItAndWhatWasSeenOnlyShowsThatTheClockWentBack) {
  TimeFloor floor(kBuilt);
  floor.prove(day(2027, 1, 1));
  floor.prove(day(2025, 1, 1));
  EXPECT_EQ(floor.present(day(2026, 12, 1)).time, day(2027, 1, 1));
  EXPECT_FALSE(floor.present(day(2026, 12, 1)).known);
  // A clock that had been years ahead for a while: nothing has ended by that.
  floor.see(day(2038, 1, 1));
  const Present back = floor.present(day(2027, 2, 1));
  EXPECT_FALSE(back.known);
  EXPECT_EQ(back.time, day(2027, 2, 1));
}

// A phone whose clock was once in 2038 must not judge without dates until then.
TEST(F95_TimeFloor, AClockThatWasSetIsAcceptedUnlessItIsBeforeWhatIsProven) {
  TimeFloor floor(kBuilt);
  floor.see(day(2038, 1, 1));
  EXPECT_FALSE(floor.present(day(2027, 2, 1)).known);
  floor.accept(day(2027, 2, 1));
  EXPECT_TRUE(floor.present(day(2027, 2, 1)).known);
  EXPECT_FALSE(floor.present(day(2027, 1, 1)).known) << "it went back since";
  floor.accept(day(2020, 1, 1));
  EXPECT_FALSE(floor.present(day(2020, 1, 1)).known) << "this program was built later";
}

// What is tried again after a while is due after a while, also before there is a time.
TEST(F95_TimeFloor, ItRisesWithTheUptimeOfTheProcess) {
  TimeFloor floor(kBuilt);
  EXPECT_EQ(floor.present(absl::UnixEpoch(), absl::Minutes(30)).time, kBuilt + absl::Minutes(30));
  floor.prove(day(2027, 1, 1), absl::Hours(1));
  EXPECT_EQ(floor.present(absl::UnixEpoch(), absl::Hours(3)).time, day(2027, 1, 1) + absl::Hours(2));
}

TEST(F95_TimeFloor, ADifferenceOfHoursIsCorrectedNotCalledWrong) {
  TimeFloor floor(kBuilt);
  const Present present = floor.present(kBuilt - absl::Hours(5));
  EXPECT_TRUE(present.known);
  EXPECT_EQ(present.time, kBuilt);
}

}  // namespace
}  // namespace phone::clock
