// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Elements `tag u8, length u16, value`, big-endian, as Cisco's trust lists, TVS and CAPF are made of them
// (cisco-formats.md A1, C1, D1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

namespace phone::tlv {

struct Element {
  std::uint8_t tag = 0;
  std::string_view value;
  std::size_t offset = 0;  // of the tag, from the start of the bytes given to the reader
  std::size_t size = 0;    // tag and length included
};

// Walks over bytes it does not own. Every step is bounded by them; a failed step leaves the position where it was.
class Reader {
 public:
  explicit Reader(std::string_view bytes, std::size_t position = 0) : bytes_(bytes), position_(position) {}

  bool at_end() const { return position_ >= bytes_.size(); }
  std::size_t position() const { return position_; }
  std::string_view rest() const { return at_end() ? std::string_view() : bytes_.substr(position_); }

  // OUT_OF_RANGE when the element crosses the end.
  absl::StatusOr<Element> next();
  // The tag that next() would give; 0 at the end.
  std::uint8_t peek() const { return at_end() ? std::uint8_t{0} : static_cast<std::uint8_t>(bytes_[position_]); }
  // OUT_OF_RANGE when fewer are left.
  absl::StatusOr<std::string_view> take(std::size_t count);

 private:
  std::string_view bytes_;
  std::size_t position_ = 0;
};

// The value as a number of exactly this width: INVALID_ARGUMENT for another length.
absl::StatusOr<std::uint8_t> u8(std::string_view value);
absl::StatusOr<std::uint16_t> u16(std::string_view value);
absl::StatusOr<std::uint32_t> u32(std::string_view value);

// The text before the final NUL: INVALID_ARGUMENT when that is missing or another stands before it.
absl::StatusOr<std::string_view> text(std::string_view value);

}  // namespace phone::tlv
