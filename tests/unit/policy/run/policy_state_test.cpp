// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/policy_state.hpp"

#include <gtest/gtest.h>

namespace phone::policy {
namespace {

TEST(F16_PolicyState, VersionGrowsWithEveryChangeAndWithNothingElse) {
  State state;
  EXPECT_EQ(state.policy.stage, Stage::kDefault);
  Configuration partial;
  partial.capf_auth_mode = CapfAuthMode::kNullString;
  partial.capf = {{.address = "10.0.0.2", .port = 3804}};
  partial.security_mode = SecurityMode::kEncrypted;
  EXPECT_TRUE(apply_partial(state, partial, "SEP1"));
  EXPECT_FALSE(apply_partial(state, partial, "SEP1"));
  EXPECT_EQ(state.policy.version, 2U);
  EXPECT_EQ(state.policy.stage, Stage::kProvisioning);
  EXPECT_EQ(state.policy.configuration.security_mode, SecurityMode::kNonsecure) << "the CAPF part alone may be used";

  Configuration complete;
  complete.version_stamp = "1";
  EXPECT_TRUE(apply_complete(state, complete, true, "SEP1"));
  EXPECT_FALSE(apply_complete(state, complete, true, "SEP1"));
  EXPECT_EQ(state.policy.version, 3U);
  EXPECT_FALSE(apply_partial(state, partial, "SEP1")) << "a working phone goes on with what it has";
  EXPECT_EQ(state.policy.stage, Stage::kComplete);
}

TEST(F29_TrustListAlarm, EachGetsANumberAndTheLastStaysUntilTheNext) {
  State state;
  EXPECT_FALSE(apply_alarm(state, {.code = 0}));
  EXPECT_TRUE(apply_alarm(state, {.code = 4}));
  EXPECT_EQ(state.policy.alarms.back().number, 1U);
  EXPECT_TRUE(apply_alarm(state, {.code = 8}));
  EXPECT_EQ(state.policy.alarms.back().number, 2U);
  EXPECT_EQ(state.policy.alarms.back().code, 8U);
}

TEST(F29_TrustListAlarm, ANightOfFailuresDoesNotPushOutWhatHappenedBefore) {
  State state;
  EXPECT_TRUE(apply_alarm(state, {.code = 4}));
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(apply_alarm(state, {.code = 9}));
  ASSERT_EQ(state.policy.alarms.size(), 3U);
  EXPECT_EQ(state.policy.alarms[0].code, 4U);
  EXPECT_EQ(state.policy.alarms[1].number, 2U);
  EXPECT_EQ(state.policy.alarms[2].number, 1001U);
  for (std::uint32_t code = 1; code <= 9; ++code) apply_alarm(state, {.code = code});
  for (std::uint32_t code = 1; code <= 9; ++code) apply_alarm(state, {.code = code});
  EXPECT_EQ(state.policy.alarms.size(), kMostAlarms);
  EXPECT_EQ(state.policy.alarms.back().code, 9U);
}

}  // namespace
}  // namespace phone::policy
