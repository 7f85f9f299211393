// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/call/roles.hpp"

#include <gtest/gtest.h>

namespace phone::mesh {
namespace {

TEST(F84_LeastPrivilege_Table, EveryRoleOfTheProtoHasItsUidInTheShippedTable) {
  const auto roles = Roles::read(PHONE_SOURCE_DIR "/deploy/roles");
  ASSERT_TRUE(roles.ok()) << roles.status();
  for (int i = v1::Role_MIN + 1; i <= v1::Role_MAX; ++i) {
    if (!v1::Role_IsValid(i)) continue;
    const auto role = static_cast<Role>(i);
    const auto uid = roles->uid_of(role);
    ASSERT_TRUE(uid.has_value()) << role_name(role);
    EXPECT_EQ(*uid, 7400u + static_cast<uid_t>(i));
    EXPECT_EQ(roles->of(*uid), role);
    EXPECT_EQ(role_of_name(role_name(role)), role);
  }
  EXPECT_FALSE(roles->of(0).has_value()) << "root is nobody";
  EXPECT_FALSE(roles->of(7400).has_value());
}

TEST(Mesh_Roles, BadTablesAreRefusedWithTheLine) {
  for (const char* table : {"policy", "policy x", "policy -1", "policy 4294967295", "nobody 5", "policy 1 2",
                            "policy 0", "Policy 7", "unspecified 7", "policy 1\npolicy 2", "policy 1\nmedia 1"}) {
    EXPECT_FALSE(Roles::parse(table).ok()) << table;
  }
  EXPECT_EQ(Roles::parse("# x\n\npolicy 1\nmedia y").status().message(), "roles, line 4: not a uid");
  EXPECT_TRUE(Roles::parse("").ok());
  EXPECT_EQ(Roles::parse("  policy\t12 # the policy\r\n")->of(12), v1::ROLE_POLICY);
}

TEST(Mesh_Roles, AbsentTableIsNotFound) { EXPECT_TRUE(absl::IsNotFound(Roles::read("/nonexistent/roles").status())); }

}  // namespace
}  // namespace phone::mesh
