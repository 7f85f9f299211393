// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/alarm.hpp"

#include <gtest/gtest.h>

namespace phone::policy {
namespace {

TEST(F29_TrustListAlarm, SignaturesAreUpperCaseBytesEachFollowedByASpace) {
  const OfferAnswer answer{.alarm = 3,
                           .facts = {.ctl = {}, .itl = {.installed = true, .sha1 = "1ba1c90f", .server = "10.1.1.1"}}};
  const Alarm alarm = alarm_of(answer);
  EXPECT_EQ(alarm.code, 3U);
  EXPECT_EQ(alarm.ctl_signature, "Not Installed");
  EXPECT_EQ(alarm.ctl_server, "N/A");
  EXPECT_EQ(alarm.itl_signature, "1B A1 C9 0F ");
  EXPECT_EQ(alarm.itl_server, "10.1.1.1");
}

}  // namespace
}  // namespace phone::policy
