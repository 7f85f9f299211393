// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The writing side of the same elements.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace phone::tlv {

void append_u8(std::string& out, std::uint8_t value);
void append_u16(std::string& out, std::uint16_t value);
void append_u32(std::string& out, std::uint32_t value);

// A value over 65535 bytes cannot be written: false, and nothing is appended.
[[nodiscard]] bool append(std::string& out, std::uint8_t tag, std::string_view value);

std::string element(std::uint8_t tag, std::string_view value);  // empty when the value is too long
std::string element_u8(std::uint8_t tag, std::uint8_t value);
std::string element_u16(std::uint8_t tag, std::uint16_t value);
std::string element_text(std::uint8_t tag, std::string_view text);  // NUL appended

}  // namespace phone::tlv
