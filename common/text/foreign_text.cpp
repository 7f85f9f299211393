// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/text/foreign_text.hpp"

#include <cstdint>

namespace phone::text {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
// Input read for one byte of output at most: bytes that are left out must not cost without end.
constexpr size_t kReadPerByte = 4;
constexpr size_t kLongestCharacter = 4;

struct Character {
  uint32_t code = 0;
  size_t length = 0;  // 0: the first byte begins no character
};

// RFC 3629 section 4: shortest form only, no surrogates, nothing above U+10FFFF.
Character first_character(std::string_view bytes) {
  const auto at = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  const uint8_t lead = at(0);
  if (lead < 0x80) return {lead, 1};
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || bytes.size() < length) return {};
  uint32_t code = lead & (0xFFU >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0) != 0x80) return {};
    code = code << 6 | (at(i) & 0x3FU);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {code, length};
}

bool is_control(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x2028 || code == 0x2029;
}

// Unicode 15, section 23: characters that reorder or hide what stands beside them, and noncharacters.
bool is_hidden(uint32_t code) {
  return code == 0xAD || code == 0x061C || code == 0x180E || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x202A && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF ||
         (code >= 0xFDD0 && code <= 0xFDEF) || (code >= 0xFFF9 && code <= 0xFFFB) || (code & 0xFFFE) == 0xFFFE ||
         (code >= 0xE0000 && code <= 0xE0FFF);
}

}  // namespace

std::string clean(std::string_view foreign, size_t limit) {
  std::string text;
  const bool cut = limit < foreign.size() / kReadPerByte;
  if (cut) foreign = foreign.substr(0, limit * kReadPerByte);
  bool in_controls = false;
  while (!foreign.empty()) {
    const Character next = first_character(foreign);
    if (cut && next.length == 0 && foreign.size() < kLongestCharacter) break;  // it may go on behind our cut
    const size_t taken = next.length == 0 ? 1 : next.length;
    std::string_view piece = next.length == 0 ? kReplacement : foreign.substr(0, taken);
    if (next.length != 0 && is_hidden(next.code)) {
      piece = {};
    } else if (next.length != 0 && is_control(next.code)) {
      piece = in_controls ? std::string_view() : std::string_view(" ");
      in_controls = true;
    } else {
      in_controls = false;
    }
    if (text.size() + piece.size() > limit) break;
    text += piece;
    foreign.remove_prefix(taken);
  }
  return text;
}

bool is_clean(std::string_view text) {
  while (!text.empty()) {
    const Character next = first_character(text);
    if (next.length == 0 || is_control(next.code) || is_hidden(next.code)) return false;
    text.remove_prefix(next.length);
  }
  return true;
}

std::string printable(std::string_view foreign, size_t limit) {
  std::string clean(foreign.substr(0, limit));
  for (char& c : clean) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return clean;
}

}  // namespace phone::text
