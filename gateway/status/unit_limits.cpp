// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/status/unit_limits.hpp"

#include <filesystem>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/flash/file.hpp"

namespace phone::gateway {
namespace {

constexpr std::size_t kLargestList = 4096;

}  // namespace

ControlGroups read_control_groups(const std::string& root) {
  ControlGroups groups;
  const auto listed = flash::read(root + "/cgroup.controllers", kLargestList);
  groups.version_two = listed.ok();
  if (listed.ok()) {
    for (const absl::string_view one : absl::StrSplit(*listed, absl::ByAnyChar(" \n"), absl::SkipEmpty()))
      groups.controllers.emplace(one);
    return groups;
  }
  std::error_code ignored;
  for (const char* one : {"memory", "pids", "devices"}) {
    if (std::filesystem::is_directory(root + "/" + one, ignored)) groups.controllers.insert(one);
  }
  return groups;
}

std::string limits_not_enforced(const ControlGroups& groups) {
  std::vector<std::string> missing;
  if (!groups.controllers.contains("memory")) missing.emplace_back("memory (MemoryMax=)");
  if (!groups.controllers.contains("pids")) missing.emplace_back("tasks (TasksMax=)");
  if (!groups.version_two) {
    missing.emplace_back("addresses (IPAddressDeny=)");
    if (!groups.controllers.contains("devices")) missing.emplace_back("devices (DevicePolicy=)");
  }
  return absl::StrJoin(missing, ", ");
}

}  // namespace phone::gateway
