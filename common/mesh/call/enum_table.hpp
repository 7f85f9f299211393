// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// enum_table.hpp -- an enum of ours and its twin in the contract: one table for both directions. A value that either
// enum gains and the table lacks is a compile error.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace phone::mesh {

namespace enum_table_detail {

// Enumerators are looked for among these values.
inline constexpr int kValues = 64;

// The compilers print a value without a name as a cast: "(Colour)7".
template <class Enum, Enum value>
consteval bool is_named() {
  const std::string_view text = __PRETTY_FUNCTION__;
  const std::string_view from = text.substr(text.rfind("value = ") + 8);
  return from.front() != '(';
}

template <class Enum, int... values>
consteval std::size_t count_named(std::integer_sequence<int, values...>) {
  return (std::size_t{0} + ... + (is_named<Enum, static_cast<Enum>(values)>() ? 1 : 0));
}

}  // namespace enum_table_detail

// How many values an enum has names for.
template <class Enum>
inline constexpr std::size_t kEnumerators =
    enum_table_detail::count_named<Enum>(std::make_integer_sequence<int, enum_table_detail::kValues>());

template <class Ours, class Theirs, std::size_t size>
class EnumTable {
 public:
  consteval explicit EnumTable(const std::pair<Ours, Theirs> (&rows)[size]) {
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (rows[i].first == rows[j].first || rows[i].second == rows[j].second) throw "a value stands twice";
      }
      rows_[i] = rows[i];
    }
  }

  constexpr Theirs to_proto(Ours value) const {
    for (const auto& [ours, theirs] : rows_) {
      if (ours == value) return theirs;
    }
    return {};
  }
  // Nothing for a number that has no meaning here.
  constexpr std::optional<Ours> from_proto(Theirs value) const {
    for (const auto& [ours, theirs] : rows_) {
      if (theirs == value) return ours;
    }
    return std::nullopt;
  }

 private:
  std::array<std::pair<Ours, Theirs>, size> rows_;
};

// For enums that match but for their UNSPECIFIED.
template <class Ours, class Theirs, std::size_t size>
consteval auto enum_table(const std::pair<Ours, Theirs> (&rows)[size]) {
  static_assert(size == kEnumerators<Ours>, "a value of ours has no row");
  static_assert(size == kEnumerators<Theirs> || size + 1 == kEnumerators<Theirs>, "a value of theirs has no row");
  return EnumTable<Ours, Theirs, size>(rows);
}

// For a contract's enum with values that have no meaning here.
template <class Ours, class Theirs, std::size_t size>
consteval auto partial_enum_table(const std::pair<Ours, Theirs> (&rows)[size]) {
  static_assert(size == kEnumerators<Ours>, "a value of ours has no row");
  return EnumTable<Ours, Theirs, size>(rows);
}

}  // namespace phone::mesh
