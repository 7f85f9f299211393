// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/guard/budget.hpp"

#include <gtest/gtest.h>

namespace phone::mesh {
namespace {

const absl::Time kBegin = absl::FromUnixSeconds(1'000'000);

TEST(Mesh_Budget, ComesBackWithTimeAndNeverBeyondItsMost) {
  Budget budget(10, 2);
  EXPECT_TRUE(budget.take(10, kBegin));
  EXPECT_FALSE(budget.take(1, kBegin));
  EXPECT_FALSE(budget.take(2.5, kBegin + absl::Seconds(1)));
  EXPECT_TRUE(budget.take(2, kBegin + absl::Seconds(1))) << "what was refused cost nothing";
  EXPECT_FALSE(budget.take(11, kBegin + absl::Hours(1))) << "a long rest saves nothing up";
  EXPECT_TRUE(budget.take(10, kBegin + absl::Hours(1)));
}

TEST(Mesh_Budget, DebtIsPaidBeforeAnythingElse) {
  Budget budget(10, 2);
  EXPECT_EQ(budget.owe(10, kBegin), absl::ZeroDuration());
  EXPECT_EQ(budget.owe(6, kBegin), absl::Seconds(3));
  EXPECT_FALSE(budget.take(0, kBegin + absl::Seconds(2)));
  EXPECT_TRUE(budget.take(0, kBegin + absl::Seconds(3)));
}

TEST(Mesh_Budget, WhatIsGivenBackIsBoundedToo) {
  Budget budget(10, 2);
  EXPECT_TRUE(budget.take(5, kBegin));
  budget.give(100, kBegin);
  EXPECT_FALSE(budget.take(10.5, kBegin));
  EXPECT_TRUE(budget.take(10, kBegin));
}

TEST(Mesh_Budget, AClockThatGoesBackFillsNothing) {
  Budget budget(10, 2);
  EXPECT_TRUE(budget.take(10, kBegin));
  EXPECT_FALSE(budget.take(1, kBegin - absl::Hours(1)));
}

}  // namespace
}  // namespace phone::mesh
