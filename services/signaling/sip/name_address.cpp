// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/name_address.hpp"

#include <algorithm>

#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/bounds.hpp"
#include "services/signaling/sip/phrases.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kLongestUser = 64;  // bytes of a number that is shown; as long as one that may be dialled

bool is_separator(char c) { return c == '-' || c == '.' || c == '(' || c == ')'; }

// Digits with separators, as telephone numbers are written; "a.smith" is no such number.
bool is_number_with_separators(std::string_view text) {
  const bool fits = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || c == '+' || c == '*' || c == '#' || is_separator(c);
  });
  return fits && std::any_of(text.begin(), text.end(), is_separator) &&
         std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string shown_name(std::string_view between_quotes) {
  constexpr size_t kMost = 4 * text::kForeignTextLimit;
  std::string plain;
  for (size_t i = 0; i < between_quotes.size() && plain.size() < kMost; ++i) {
    if (between_quotes[i] == '\\' && i + 1 < between_quotes.size()) ++i;
    plain += between_quotes[i];
  }
  return text::clean(trim(with_phrases(plain)));
}

std::string shown_number(std::string_view user) {
  const std::string_view number = user.substr(0, std::min(user.find(';'), user.find(':')));
  std::string plain(number);
  if (is_number_with_separators(number)) std::erase_if(plain, is_separator);
  return text::clean(plain, kLongestUser);
}

std::optional<NameAddress> parse_name_address(std::string_view item) {
  NameAddress made;
  const size_t bracket = find_bracket(item);
  std::string_view parameters;
  if (bracket == std::string_view::npos) {
    parameters = item;
    made.uri = trim(take_until(parameters, ';'));
  } else {
    std::string_view display = trim(item.substr(0, bracket));
    if (display.size() >= 2 && display.front() == '"' && display.back() == '"')
      display = display.substr(1, display.size() - 2);
    made.display = shown_name(display);
    parameters = item.substr(bracket + 1);
    made.uri = trim(take_until(parameters, '>'));
    take_until(parameters, ';');
  }
  made.parameters = parse_parameters(parameters);
  std::string_view rest = made.uri;
  const std::string_view scheme = take_until(rest, ':');
  if (iequals(scheme, "tel")) {
    made.user = shown_number(percent_decoded(rest));
    return made;
  }
  if ((!iequals(scheme, "sip") && !iequals(scheme, "sips")) || !judge_uri_text(made.uri).ok()) return std::nullopt;
  const size_t at = rest.find('@');
  if (at != std::string_view::npos) made.user = shown_number(percent_decoded(rest.substr(0, at)));
  return made;
}

}  // namespace phone::signaling
