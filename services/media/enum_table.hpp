// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <optional>

namespace phone::media {

template <class Value, class Wire>
struct EnumRow {
  Value value;
  Wire wire;
};

// Ties an enum of ours to one of the contract; both directions read the same rows.
template <class Value, class Wire, size_t kRows>
struct EnumTable {
  std::array<EnumRow<Value, Wire>, kRows> rows;

  constexpr std::optional<Wire> to_wire(Value value) const {
    for (const auto& row : rows) {
      if (row.value == value) return row.wire;
    }
    return std::nullopt;
  }
  constexpr std::optional<Value> from_wire(Wire wire) const {
    for (const auto& row : rows) {
      if (row.wire == wire) return row.value;
    }
    return std::nullopt;
  }
  // For static_assert: each of the `values` and each of the `wires` there are has exactly one row.
  constexpr bool is_complete(size_t values, size_t wires) const {
    for (size_t i = 0; i < kRows; ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (rows[i].value == rows[j].value || rows[i].wire == rows[j].wire) return false;
      }
    }
    return kRows == values && kRows == wires;
  }
};

}  // namespace phone::media
