// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/status/unit_limits.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/temporary_directory.hpp"

namespace phone::gateway {
namespace {

TEST(UnitLimits, AreReadFromEitherVersionOfControlGroups) {
  const tests::TemporaryDirectory two;
  std::ofstream(two / "cgroup.controllers") << "cpuset cpu io memory pids\n";
  EXPECT_EQ(limits_not_enforced(read_control_groups(two.path().string())), "");
  std::ofstream(two / "cgroup.controllers", std::ios::trunc) << "cpu\n";
  EXPECT_EQ(limits_not_enforced(read_control_groups(two.path().string())), "memory (MemoryMax=), tasks (TasksMax=)");

  const tests::TemporaryDirectory one;
  for (const char* controller : {"systemd", "memory", "pids", "devices"})
    std::filesystem::create_directory(one / controller);
  EXPECT_EQ(limits_not_enforced(read_control_groups(one.path().string())), "addresses (IPAddressDeny=)");
  std::filesystem::remove(one / "memory");
  EXPECT_EQ(limits_not_enforced(read_control_groups(one.path().string())),
            "memory (MemoryMax=), addresses (IPAddressDeny=)");
  EXPECT_EQ(limits_not_enforced(read_control_groups((one / "none").string())),
            "memory (MemoryMax=), tasks (TasksMax=), addresses (IPAddressDeny=), devices (DevicePolicy=)");
}

}  // namespace
}  // namespace phone::gateway
