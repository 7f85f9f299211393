// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/rpc/pass_on.hpp"

#include <gtest/gtest.h>

namespace phone::gateway {
namespace {

TEST(GatewayPassOn, ServiceGetsALittleLessThanTheCallerHas) {
  EXPECT_EQ(patience_for(absl::Seconds(2)), absl::Milliseconds(1950));
  EXPECT_EQ(patience_for(absl::Milliseconds(40)), absl::Milliseconds(30));
  EXPECT_EQ(patience_for(absl::Hours(1)), absl::Seconds(10));
  EXPECT_EQ(patience_for(absl::Milliseconds(-5)), absl::ZeroDuration());
}

TEST(GatewayPassOn, SilentServiceIsNamedAndARefusalKeepsItsText) {
  EXPECT_EQ(refusal(absl::DeadlineExceededError("Deadline Exceeded"), name_of(Source::kSignaling)),
            absl::UnavailableError("signaling does not respond"));
  EXPECT_EQ(refusal(absl::NotFoundError("no call 7"), name_of(Source::kSignaling)), absl::NotFoundError("no call 7"));
}

}  // namespace
}  // namespace phone::gateway
