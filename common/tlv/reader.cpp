// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/tlv/reader.hpp"

#include "absl/strings/str_cat.h"

namespace phone::tlv {
namespace {

absl::StatusOr<std::uint32_t> number(std::string_view value, std::size_t width) {
  if (value.size() != width) {
    return absl::InvalidArgumentError(absl::StrCat("length is ", value.size(), " instead of ", width));
  }
  std::uint32_t result = 0;
  for (char byte : value) result = (result << 8) | static_cast<std::uint8_t>(byte);
  return result;
}

}  // namespace

absl::StatusOr<Element> Reader::next() {
  const std::string_view left = rest();
  if (left.size() < 3) return absl::OutOfRangeError(absl::StrCat("element at ", position_, " is truncated"));
  const auto tag = static_cast<std::uint8_t>(left[0]);
  const std::size_t length = *number(left.substr(1, 2), 2);
  if (left.size() - 3 < length) {
    return absl::OutOfRangeError(absl::StrCat("element ", tag, " at ", position_, " (length ", length,
                                              ") runs past the end at ", bytes_.size()));
  }
  Element element{.tag = tag, .value = left.substr(3, length), .offset = position_, .size = length + 3};
  position_ += element.size;
  return element;
}

absl::StatusOr<std::string_view> Reader::take(std::size_t count) {
  const std::string_view left = rest();
  if (left.size() < count) {
    return absl::OutOfRangeError(absl::StrCat(count, " bytes expected at ", position_, ", ", left.size(), " left"));
  }
  position_ += count;
  return left.substr(0, count);
}

absl::StatusOr<std::uint8_t> u8(std::string_view value) {
  auto result = number(value, 1);
  if (!result.ok()) return result.status();
  return static_cast<std::uint8_t>(*result);
}

absl::StatusOr<std::uint16_t> u16(std::string_view value) {
  auto result = number(value, 2);
  if (!result.ok()) return result.status();
  return static_cast<std::uint16_t>(*result);
}

absl::StatusOr<std::uint32_t> u32(std::string_view value) { return number(value, 4); }

absl::StatusOr<std::string_view> text(std::string_view value) {
  if (value.empty() || value.back() != '\0') return absl::InvalidArgumentError("text is not terminated by NUL");
  value.remove_suffix(1);
  if (value.find('\0') != std::string_view::npos) return absl::InvalidArgumentError("text contains NUL");
  return value;
}

}  // namespace phone::tlv
