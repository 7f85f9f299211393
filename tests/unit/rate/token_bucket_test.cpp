// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/rate/token_bucket.hpp"

#include <gtest/gtest.h>

namespace phone {
namespace {

const absl::Time kBegin = absl::FromUnixSeconds(1'000'000);

TEST(TokenBucketTest, ComesBackWithTimeAndNeverBeyondItsMost) {
  TokenBucket bucket(10, 2);
  EXPECT_TRUE(bucket.take(10, kBegin));
  EXPECT_FALSE(bucket.take(1, kBegin));
  EXPECT_FALSE(bucket.take(2.5, kBegin + absl::Seconds(1)));
  EXPECT_TRUE(bucket.take(2, kBegin + absl::Seconds(1))) << "what was refused cost nothing";
  EXPECT_FALSE(bucket.take(11, kBegin + absl::Hours(1))) << "a long rest saves nothing up";
  EXPECT_TRUE(bucket.take(10, kBegin + absl::Hours(1)));
}

TEST(TokenBucketTest, DebtIsPaidBeforeAnythingElse) {
  TokenBucket bucket(10, 2);
  EXPECT_EQ(bucket.owe(10, kBegin), absl::ZeroDuration());
  EXPECT_EQ(bucket.owe(6, kBegin), absl::Seconds(3));
  EXPECT_FALSE(bucket.take(0, kBegin + absl::Seconds(2)));
  EXPECT_TRUE(bucket.take(0, kBegin + absl::Seconds(3)));
}

TEST(TokenBucketTest, WhatIsGivenBackIsBoundedToo) {
  TokenBucket bucket(10, 2);
  EXPECT_TRUE(bucket.take(5, kBegin));
  bucket.give(100, kBegin);
  EXPECT_FALSE(bucket.take(10.5, kBegin));
  EXPECT_TRUE(bucket.take(10, kBegin));
}

TEST(TokenBucketTest, AClockThatGoesBackFillsNothing) {
  TokenBucket bucket(10, 2);
  EXPECT_TRUE(bucket.take(10, kBegin));
  EXPECT_FALSE(bucket.take(1, kBegin - absl::Hours(1)));
}

}  // namespace
}  // namespace phone
