// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/tlv/writer.hpp"

#include <limits>

namespace phone::tlv {

void append_u8(std::string& out, std::uint8_t value) { out.push_back(static_cast<char>(value)); }

void append_u16(std::string& out, std::uint16_t value) {
  append_u8(out, static_cast<std::uint8_t>(value >> 8));
  append_u8(out, static_cast<std::uint8_t>(value & 0xFF));
}

void append_u32(std::string& out, std::uint32_t value) {
  append_u16(out, static_cast<std::uint16_t>(value >> 16));
  append_u16(out, static_cast<std::uint16_t>(value & 0xFFFF));
}

bool append(std::string& out, std::uint8_t tag, std::string_view value) {
  if (value.size() > std::numeric_limits<std::uint16_t>::max()) return false;
  append_u8(out, tag);
  append_u16(out, static_cast<std::uint16_t>(value.size()));
  out.append(value);
  return true;
}

std::string element(std::uint8_t tag, std::string_view value) {
  std::string out;
  if (!append(out, tag, value)) return {};
  return out;
}

std::string element_u8(std::uint8_t tag, std::uint8_t value) {
  std::string bytes;
  append_u8(bytes, value);
  return element(tag, bytes);
}

std::string element_u16(std::uint8_t tag, std::uint16_t value) {
  std::string bytes;
  append_u16(bytes, value);
  return element(tag, bytes);
}

std::string element_text(std::uint8_t tag, std::string_view text) {
  std::string bytes(text);
  bytes.push_back('\0');
  return element(tag, bytes);
}

}  // namespace phone::tlv
