// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The performance goals, tested at five times their value: a shared machine is too noisy for a closer limit.
// tools/bench shows them against the goals themselves.
#include <gtest/gtest.h>

#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

constexpr const char* kTimesTheGoal = "5";

void holds(const std::vector<std::string>& bench) {
  auto outcome = rig::run({.argv = bench}, absl::Minutes(4));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  std::cout << outcome->output;
  if (outcome->exit_code == 77) GTEST_SKIP() << "what it needs is absent or refused here";
  EXPECT_EQ(outcome->exit_code, 0);
}

TEST(Figures, ACallThroughAnActorIsNotFarFromBareGrpcAndNeverStallsAfterIdle) {
  holds({PHONE_BINARY_DIR "/bin/bench-mesh", "--rounds", "10", "--calls", "200", "--sparse", "5", "--limit",
         kTimesTheGoal});
}

TEST(Figures, AVerdictCostsWhatItsSignatureCostsAndACachedOneNearlyNothing) {
  holds({PHONE_BINARY_DIR "/bin/bench-trust", kTimesTheGoal});
}

TEST(Figures, TheIdleMeshIsSmall) { holds({PHONE_BINARY_DIR "/bin/bench-idle-mesh", kTimesTheGoal}); }

TEST(Figures, PathValidationIsNotFarFromBareOpenssl) {
  holds({PHONE_BINARY_DIR "/bin/bench-path", "--rounds", "500", "--limit", kTimesTheGoal});
}

TEST(Figures, ASignatureByRpcIsNotFarFromTheTokensOwnTime) {
  holds({PHONE_BINARY_DIR "/bin/bench-sign", "--rounds", "10", "--signatures", "20", "--limit", kTimesTheGoal});
}

}  // namespace
}  // namespace phone::system
