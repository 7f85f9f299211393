// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/lock/password_rules.hpp"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace phone::policy {
namespace {

constexpr std::size_t kShortest = 6, kLongest = 64;

// What is tried first on a keypad.
constexpr std::string_view kKnownBad[] = {
    "cisco1",  "cisco123", "**#**",  "password", "passw0rd", "admin1", "admin123",  "administrator",
    "letmein", "qwerty",   "qwertz", "changeme", "default",  "secret", "159753",    "147258",
    "147852",  "258000",   "142536", "102030",   "131313",   "246810", "135790",    "112233",
    "121212",  "696969",   "007007", "159357",   "789456",   "456123", "147896325", "cisco12345"};

// One short piece again and again: 111111, 121212, 123123.
bool is_repetition(std::string_view text) {
  for (std::size_t period = 1; period <= text.size() / 2; ++period) {
    if (text.size() % period != 0) continue;
    bool same = true;
    for (std::size_t i = period; i < text.size() && same; ++i) same = text[i] == text[i - period];
    if (same) return true;
  }
  return false;
}

// Up or down by the same step all along: 123456, 987654, 246810 as digits 2 4 6 8, with 9 beside 0.
bool is_sequence(std::string_view text) {
  const auto step = [&](std::size_t i) {
    const int difference = text[i] - text[i - 1];
    const bool digits = absl::ascii_isdigit(static_cast<unsigned char>(text[i])) != 0 &&
                        absl::ascii_isdigit(static_cast<unsigned char>(text[i - 1])) != 0;
    return digits ? (difference + 10) % 10 : difference;
  };
  for (std::size_t i = 2; i < text.size(); ++i) {
    if (step(i) != step(1)) return false;
  }
  return true;
}

}  // namespace

std::string weakness_of(std::string_view password, std::string_view phone) {
  if (password.size() < kShortest) return absl::StrCat("it is shorter than ", kShortest, " characters");
  if (password.size() > kLongest) return absl::StrCat("it is longer than ", kLongest, " characters");
  if (!std::ranges::all_of(password, [](unsigned char c) { return c > ' ' && c < 0x7f; })) {
    return "it has characters other than printable ASCII";
  }
  if (is_repetition(password)) return "it repeats itself";
  if (is_sequence(password)) return "it is a sequence";
  std::string lower(password), name(phone);
  absl::AsciiStrToLower(&lower);
  absl::AsciiStrToLower(&name);
  if (std::ranges::find(kKnownBad, std::string_view(lower)) != std::end(kKnownBad))
    return "it is one of the most common passwords";
  if (!name.empty() && (name.find(lower) != std::string::npos || lower.find(name) != std::string::npos)) {
    return "it is part of the phone's name";
  }
  return {};
}

}  // namespace phone::policy
