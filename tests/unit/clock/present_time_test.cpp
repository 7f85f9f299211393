// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/clock/present_time.hpp"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "common/flash/state_file.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::clock {
namespace {

TEST(F95_PresentTime, TheLastKnownTimeIsKeptAndAClockBehindItIsWrong) {
  EXPECT_GT(build_time(), absl::FromUnixSeconds(1700000000));
  EXPECT_LE(build_time(), absl::Now());
  ASSERT_TRUE(present().known) << "the clock of this machine is before the build";
  const tests::TemporaryDirectory directory;
  const auto file = directory / "last-time";
  recall_last_seen(file);  // none yet
  EXPECT_TRUE(present().known);
  keep_last_seen(file);
  const auto kept = flash::read_state(file, 64);
  ASSERT_TRUE(kept);
  // As a predecessor may have left it, whose clock was right.
  ASSERT_TRUE(flash::write_state(file, std::to_string(absl::ToUnixSeconds(absl::Now() + absl::Hours(100)))).ok());
  recall_last_seen(file);
  EXPECT_FALSE(present().known);
  EXPECT_LT(present().time, absl::Now() + absl::Hours(1)) << "which proves nothing";
  keep_last_seen(file);
  EXPECT_NE(flash::read_state(file, 64), kept);
  accept_clock();
  EXPECT_TRUE(present().known) << "no sighting speaks against a clock for ever";
  keep_last_seen(file);
  recall_last_seen(file);
  EXPECT_TRUE(present().known);
  ASSERT_TRUE(flash::write_state(file, "not a number").ok());
  recall_last_seen(file);
}

}  // namespace
}  // namespace phone::clock
