// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/bytes.hpp"

namespace phone::lab {

std::string u8(unsigned value) { return std::string(1, static_cast<char>(value & 0xff)); }

std::string u16(size_t value) { return u8(static_cast<unsigned>(value >> 8)) + u8(static_cast<unsigned>(value)); }

std::string u32(uint32_t value) { return u16(value >> 16) + u16(value & 0xffff); }

std::string element(unsigned tag, std::string_view value) { return u8(tag) + u16(value.size()) + std::string(value); }

std::string with_nul(std::string_view text) { return std::string(text) + '\0'; }

std::optional<std::vector<Element>> split_elements(std::string_view body) {
  std::vector<Element> elements;
  while (!body.empty()) {
    if (body.size() < 3) return std::nullopt;
    const size_t length = read_be(body.substr(1, 2));
    if (body.size() - 3 < length) return std::nullopt;
    elements.push_back({static_cast<unsigned char>(body[0]), std::string(body.substr(3, length))});
    body.remove_prefix(3 + length);
  }
  return elements;
}

const std::string* find_element(const std::vector<Element>& elements, unsigned tag) {
  for (const Element& one : elements) {
    if (one.tag == tag) return &one.value;
  }
  return nullptr;
}

uint32_t read_be(std::string_view bytes) {
  uint32_t value = 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<unsigned char>(byte);
  return value;
}

}  // namespace phone::lab
