// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/events/merged_events.hpp"

#include <gtest/gtest.h>

namespace phone::gateway {
namespace {

phone::mesh::v1::Event event(std::uint64_t sequence, std::int64_t seconds) {
  phone::mesh::v1::Event event;
  event.set_sequence(sequence);
  event.mutable_time()->set_seconds(seconds);
  return event;
}

TEST(GatewayEvents, RepeatedJournalIsPassedOnOnce) {
  SeenEvents seen;
  EXPECT_TRUE(seen.is_new("policy", event(1, 100)));
  EXPECT_TRUE(seen.is_new("policy", event(2, 100)));
  EXPECT_FALSE(seen.is_new("policy", event(1, 100)));
  EXPECT_FALSE(seen.is_new("policy", event(2, 100)));
  EXPECT_TRUE(seen.is_new("policy", event(3, 100)));
}

TEST(GatewayEvents, RestartedServiceIsHeardFromItsFirstEvent) {
  SeenEvents seen;
  EXPECT_TRUE(seen.is_new("signaling", event(1, 100)));
  EXPECT_TRUE(seen.is_new("signaling", event(40, 100)));
  EXPECT_TRUE(seen.is_new("signaling", event(1, 102)));
  EXPECT_TRUE(seen.is_new("signaling", event(2, 102)));
  EXPECT_FALSE(seen.is_new("signaling", event(1, 102)));
}

TEST(GatewayEvents, RestartInTheSameSecondLosesNothing) {
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

TEST(GatewayEvents, RestartAfterTheClockWentBackIsHeard) {
  SeenEvents seen;
  EXPECT_TRUE(seen.is_new("media", event(1, 100)));
  EXPECT_TRUE(seen.is_new("media", event(1, 50)));
  EXPECT_FALSE(seen.is_new("media", event(1, 50)));
}

TEST(GatewayEvents, EachServiceCountsForItself) {
  SeenEvents seen;
  EXPECT_TRUE(seen.is_new("policy", event(5, 100)));
  EXPECT_TRUE(seen.is_new("media", event(5, 100)));
}

TEST(GatewayEvents, ClockSetBackLosesNothingOfTheSameIncarnation) {
  SeenEvents seen;
  EXPECT_TRUE(seen.is_new("policy", event(5, 100)));
  EXPECT_TRUE(seen.is_new("policy", event(6, 50)));
}

// A service that was taken over must not be able to speak as another one.
TEST(GatewayEvents, EventIsTheServicesWhoseStreamItCameInWhateverItSays) {
  EXPECT_EQ(attributed(event(1, 1), "policy").service(), "policy");
  auto named = event(1, 1);
  named.set_service("enrolment");
  EXPECT_EQ(attributed(named, "certificate_manager").service(), "certificate_manager");
}

}  // namespace
}  // namespace phone::gateway
