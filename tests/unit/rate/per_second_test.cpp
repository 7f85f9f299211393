// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/rate/per_second.hpp"

#include <gtest/gtest.h>

namespace phone {
namespace {

using std::chrono::milliseconds;

TEST(PerSecond, TakesItsShareAndNoMoreUntilTheSecondHasPassed) {
  const PerSecond::Time start{std::chrono::hours(1)};
  PerSecond limit(3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limit.take(start + milliseconds(i)));
  EXPECT_TRUE(limit.exhausted(start + milliseconds(3)));
  EXPECT_FALSE(limit.take(start + milliseconds(999)));
  EXPECT_EQ(limit.end(), start + milliseconds(1000));
  EXPECT_FALSE(limit.exhausted(limit.end()));
  EXPECT_TRUE(limit.take(limit.end()));
}

TEST(PerSecond, OfAnEndlessFloodExactlyTheShareIsTakenInEachSecond) {
  PerSecond limit(50);
  int taken = 0;
  for (int i = 0; i < 10000; ++i) taken += limit.take(PerSecond::Time(milliseconds(100000 + i))) ? 1 : 0;
  EXPECT_EQ(taken, 10 * 50);
}

}  // namespace
}  // namespace phone
