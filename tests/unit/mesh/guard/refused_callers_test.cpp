// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F2: who was refused is told for the audit log, and a caller that is refused all night cannot fill it.
#include "common/mesh/guard/refused_callers.hpp"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace phone::mesh {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct F2_RefusedCallers : ::testing::Test {
  RefusedCallers callers;
  absl::Time now = absl::FromUnixSeconds(1'000);
  const absl::Duration kJustBefore = RefusedCallers::kPause - absl::Seconds(1);
};

TEST_F(F2_RefusedCallers, TheFirstIsToldAtOnceAndTheRestOfItsKindAsANumber) {
  EXPECT_THAT(callers.told(now), IsEmpty());
  callers.note("ui may not");
  EXPECT_THAT(callers.told(now), ElementsAre("ui may not"));
  for (int i = 0; i < 1000; ++i) callers.note("ui may not");
  EXPECT_THAT(callers.told(now + kJustBefore), IsEmpty());
  now += RefusedCallers::kPause;
  EXPECT_THAT(callers.told(now), ElementsAre("ui may not (1000 times)"));
  now += RefusedCallers::kPause;
  EXPECT_THAT(callers.told(now), IsEmpty());
  callers.note("ui may not");
  EXPECT_THAT(callers.told(now), ElementsAre("ui may not")) << "after a quiet time at once again";
}

TEST_F(F2_RefusedCallers, ManyCausesAreBoundedAndCounted) {
  for (int i = 0; i < 10'000; ++i) callers.note(absl::StrCat("address ", 10'000 + i));
  EXPECT_EQ(callers.told(now).size(), RefusedCallers::kMostCauses + 1);
  for (int i = 0; i < 10'000; ++i) callers.note(absl::StrCat("address ", 30'000 + i));
  EXPECT_THAT(callers.told(now + kJustBefore), IsEmpty());
  now += RefusedCallers::kPause;
  EXPECT_THAT(callers.told(now), ElementsAre("10000 more calls or connections were refused"));
  callers.note("another");
  EXPECT_THAT(callers.told(now), ElementsAre("another")) << "the old ones are forgotten";
}

}  // namespace
}  // namespace phone::mesh
