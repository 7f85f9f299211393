// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// text.hpp -- the one bridge between standard text and abseil's: Debian's abseil has a string_view of its own, which
// neither converts from the standard one nor into it.
#pragma once

#include <absl/strings/string_view.h>

#include <concepts>
#include <string>
#include <string_view>

namespace phone::text {

inline absl::string_view to_absl(std::string_view s) { return {s.data(), s.size()}; }
inline std::string_view to_std(absl::string_view s) { return {s.data(), s.size()}; }

namespace detail {
inline std::string_view piece(std::string_view s) { return s; }
inline std::string_view piece(absl::string_view s) { return to_std(s); }
inline std::string_view piece(const std::string& s) { return s; }
inline std::string_view piece(const char* s) { return s; }
template <std::integral Number>
std::string piece(Number number) {
  return std::to_string(number);
}
}  // namespace detail

// Pieces of either kind, and whole numbers, one after the other.
template <class... Pieces>
std::string cat(const Pieces&... pieces) {
  std::string all;
  (all.append(detail::piece(pieces)), ...);
  return all;
}

}  // namespace phone::text
