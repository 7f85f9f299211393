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

// A service that was taken over must not be able to speak as another one.
TEST(GatewayEvents, EventIsTheServicesWhoseStreamItCameInWhateverItSays) {
  EXPECT_EQ(attributed(event(1, 1), "policy").service(), "policy");
  auto named = event(1, 1);
  named.set_service("enrolment");
  EXPECT_EQ(attributed(named, "certificate_manager").service(), "certificate_manager");
}

}  // namespace
}  // namespace phone::gateway
