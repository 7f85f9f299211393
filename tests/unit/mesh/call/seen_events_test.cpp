// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/call/seen_events.hpp"

#include <gtest/gtest.h>

namespace phone::mesh {
namespace {

v1::Event event(std::uint64_t sequence, std::int64_t seconds) {
  v1::Event event;
  event.set_sequence(sequence);
  event.mutable_time()->set_seconds(seconds);
  return event;
}

TEST(EventsSeen, RepeatedJournalIsPassedOnOnce) {
  SeenEvents seen;
  EXPECT_TRUE(seen.is_new("policy", event(1, 100)));
  EXPECT_TRUE(seen.is_new("policy", event(2, 100)));
  EXPECT_FALSE(seen.is_new("policy", event(1, 100)));
  EXPECT_FALSE(seen.is_new("policy", event(2, 100)));
  EXPECT_TRUE(seen.is_new("policy", event(3, 100)));
}

TEST(EventsSeen, RestartedServiceIsHeardFromItsFirstEvent) {
  SeenEvents seen;
  EXPECT_TRUE(seen.is_new("signaling", event(1, 100)));
  EXPECT_TRUE(seen.is_new("signaling", event(40, 100)));
  EXPECT_TRUE(seen.is_new("signaling", event(1, 102)));
  EXPECT_TRUE(seen.is_new("signaling", event(2, 102)));
  EXPECT_FALSE(seen.is_new("signaling", event(1, 102)));
}

TEST(EventsSeen, RestartInTheSameSecondLosesNothing) {
  SeenEvents seen;
  auto before = event(1, 100);
  auto after = event(1, 100);
  after.mutable_time()->set_nanos(1);
  EXPECT_TRUE(seen.is_new("media", before));
  EXPECT_TRUE(seen.is_new("media", event(2, 100)));
  EXPECT_TRUE(seen.is_new("media", after));
  EXPECT_TRUE(seen.is_new("media", event(2, 101)));
  EXPECT_FALSE(seen.is_new("media", after));
}

TEST(EventsSeen, RestartAfterTheClockWentBackIsHeard) {
  SeenEvents seen;
  EXPECT_TRUE(seen.is_new("media", event(1, 100)));
  EXPECT_TRUE(seen.is_new("media", event(1, 50)));
  EXPECT_FALSE(seen.is_new("media", event(1, 50)));
}

TEST(EventsSeen, EachServiceCountsForItself) {
  SeenEvents seen;
  EXPECT_TRUE(seen.is_new("policy", event(5, 100)));
  EXPECT_TRUE(seen.is_new("media", event(5, 100)));
}

TEST(EventsSeen, ClockSetBackLosesNothingOfTheSameIncarnation) {
  SeenEvents seen;
  EXPECT_TRUE(seen.is_new("policy", event(5, 100)));
  EXPECT_TRUE(seen.is_new("policy", event(6, 50)));
}

}  // namespace
}  // namespace phone::mesh
