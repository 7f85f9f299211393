// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/caller/become.hpp"

#include <gtest/gtest.h>
#include <fstream>
#include <sstream>

namespace phone::caller {
namespace {

TEST(Caller_Become, ShippedRolesNameWhoStartsAsRoot) {
  std::ifstream file(PHONE_SOURCE_DIR "/deploy/roles");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(*uid_of("ui", text.str()), 7409U);
  EXPECT_EQ(*uid_of("installer", text.str()), 7413U);
}

TEST(Caller_Become, CommentsAndOtherRolesAreSkipped) {
  EXPECT_EQ(*uid_of("ui", "# ui 1\ngateway 2\n  ui\t3 # the app\n"), 3U);
}

TEST(Caller_Become, UidWithoutARoleIsKnownOnlyFromATable) {
  EXPECT_TRUE(has_role(7409, PHONE_SOURCE_DIR "/deploy/roles"));
  EXPECT_FALSE(has_role(65534, PHONE_SOURCE_DIR "/deploy/roles"));
  EXPECT_TRUE(has_role(65534, PHONE_SOURCE_DIR "/no/such/table"));
}

TEST(Caller_Become, NobodyIsRoot) {
  EXPECT_FALSE(uid_of("ui", "ui 0").ok());
  EXPECT_FALSE(uid_of("ui", "ui").ok());
  EXPECT_FALSE(uid_of("ui", "ui x").ok());
  EXPECT_FALSE(uid_of("ui", "gateway 7408").ok());
}

}  // namespace
}  // namespace phone::caller
