// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace phone::signaling {

// The call manager's phrase dictionary (cucm-calls.md 6.3): a byte 0x80 or 0x1E, then the number of the phrase.
inline constexpr char kPhrasePrefix = static_cast<char>(0x80);
inline constexpr char kOtherPhrasePrefix = 0x1E;

// English; empty for a number that is not in the dictionary.
std::string_view phrase(char prefix, uint8_t number);

// The text with each code replaced by its phrase. A 0x80 within a character of UTF-8 is no code; text that is not UTF-8
// is Latin-1, as the documents with codes are, where it has codes.
std::string with_phrases(std::string_view text);

}  // namespace phone::signaling
