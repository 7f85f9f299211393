// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What an administrator changes of a call manager that serves: a file in its directory, which `phone-lab configure`
// writes and `phone-lab serve` reads.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/lab/configuration.hpp"

namespace phone::lab {

struct Changes {
  std::map<std::string, std::string> elements;  // path below <device> -> text
  std::string capf_mode, capf_auth;             // empty: as `serve` was told
  std::string authentication_string;
  unsigned capf_orders = 0;  // so many times a CAPF operation was ordered: the same one may be ordered again

  bool operator==(const Changes&) const = default;
};

// As they are given to `configure`.
struct ChangeRequest {
  std::vector<std::string> set = {};    // "vendorConfig/fipsMode=true"
  std::vector<std::string> unset = {};  // "vendorConfig/fipsMode"
  std::string capf_mode = {}, capf_auth = "null", authentication_string = {};
};

absl::StatusOr<Changes> read_changes(const std::filesystem::path& directory);  // without a file: none
absl::Status write_changes(const std::filesystem::path& directory, const Changes& changes);

// Refuses what contradicts itself or what the call manager writes by itself; `changes` are then as they were.
absl::Status apply(const ChangeRequest& request, Changes& changes);

// The plan that is served with these changes. Its stamp differs whenever they do.
Plan with_changes(Plan plan, const Changes& changes);

}  // namespace phone::lab
