// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Big-endian byte building and reading for the wire formats the lab speaks (cisco-formats.md A1, B, C1, D1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace phone::lab {

std::string u8(unsigned value);
std::string u16(size_t value);
std::string u32(uint32_t value);

// tag(u8) length(u16) value
std::string element(unsigned tag, std::string_view value);

// The text with the NUL every name in these formats ends in.
std::string with_nul(std::string_view text);

struct Element {
  unsigned tag = 0;
  std::string value;
};

// Splits a message body into its elements; nothing when one crosses the end.
std::optional<std::vector<Element>> split_elements(std::string_view body);

const std::string* find_element(const std::vector<Element>& elements, unsigned tag);

uint32_t read_be(std::string_view bytes);

}  // namespace phone::lab
