// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/call/method_table.hpp"

#include <algorithm>

namespace phone::mesh {

std::span<const MethodRow> methods_of(std::string_view service) {
  const auto rows = std::ranges::equal_range(method_table(), service, {}, &MethodRow::service);
  return {rows.begin(), rows.end()};
}

}  // namespace phone::mesh
