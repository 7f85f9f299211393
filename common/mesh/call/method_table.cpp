// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/call/method_table.hpp"

#include <algorithm>

namespace phone::mesh {

std::span<const MethodRow> methods_of(std::string_view service) {
  const std::span<const MethodRow> all = method_table();
  const auto before = [](const MethodRow& row, std::string_view name) { return row.service < name; };
  const auto begin = std::lower_bound(all.begin(), all.end(), service, before);
  const auto end = std::find_if(begin, all.end(), [&](const MethodRow& row) { return row.service != service; });
  return {begin, end};
}

}  // namespace phone::mesh
