// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/text/text.hpp"

// Small text tools for a text protocol.
namespace phone::signaling {

using text::cat;

inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

inline bool iequals(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i) {
    if (lower(left[i]) != lower(right[i])) return false;
  }
  return true;
}

inline std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

inline bool starts_with(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

// Digits only, no sign, no space; nothing when it does not fit.
inline std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Takes the text before `separator` off the front; everything when there is none.
inline std::string_view take_until(std::string_view& text, char separator) {
  size_t at = text.find(separator);
  std::string_view head = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return head;
}

// Where the angle bracket of a name-addr opens, behind its display name; npos without one.
inline size_t find_bracket(std::string_view item) {
  bool quoted = false;
  for (size_t i = 0; i < item.size(); ++i) {
    if (quoted && item[i] == '\\')
      ++i;
    else if (item[i] == '"')
      quoted = !quoted;
    else if (!quoted && item[i] == '<')
      return i;
  }
  return std::string_view::npos;
}

// The URI in one name-addr or addr-spec as it stands there; empty when there is none.
inline std::string_view uri_inside(std::string_view item) {
  const size_t open = find_bracket(item);
  if (open == std::string_view::npos) return trim(item.substr(0, item.find(';')));
  return trim(item.substr(open + 1, item.find('>', open) - open - 1));
}

// Each character that is not `plain` as %XX.
template <class Plain>
std::string percent_encoded(std::string_view text, Plain plain) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (plain(c)) {
      out += c;
    } else {
      out += '%';
      out += kHex[static_cast<uint8_t>(c) >> 4];
      out += kHex[static_cast<uint8_t>(c) & 15];
    }
  }
  return out;
}

// %XX as its character; what is no such triplet stays as it is.
inline std::string percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      const auto [end, error] = std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
      if (error == std::errc() && end == text.data() + i + 3) {
        out += static_cast<char>(value);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

// For an XML text or a quoted attribute.
inline std::string xml_escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

// A display name before an address (RFC 3261 section 25.1), with the space that follows it.
inline std::string quoted_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\" ";
}

inline bool is_token_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("-.!%*_+`'~").find(c) != std::string_view::npos;
}

inline bool is_token(std::string_view text) {
  for (char c : text) {
    if (!is_token_character(c)) return false;
  }
  return !text.empty();
}

}  // namespace phone::signaling
