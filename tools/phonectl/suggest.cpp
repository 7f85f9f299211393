// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/suggest.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <algorithm>
#include <utility>

namespace phone::phonectl {
namespace {

constexpr std::size_t kLongestWord = 64;
constexpr std::size_t kMostEdits = 2;

// Levenshtein distance of two short words.
std::size_t distance(const std::string& left, const std::string& right) {
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = i;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row[right.size()];
}

bool is_close(const std::string& word, const std::string& command) {
  if (word.size() >= 3 && (command.starts_with(word) || word.starts_with(command))) return true;
  return distance(word, command) <= std::min(kMostEdits, (command.size() + 1) / 2);
}

const std::string* nearest(const std::string& word, const std::vector<std::string>& words) {
  const std::string* best = nullptr;
  for (const std::string& one : words) {
    if (!is_close(word, one)) continue;
    if (best == nullptr || distance(word, one) < distance(word, *best)) best = &one;
  }
  return best;
}

}  // namespace

std::string unknown_command(const std::string& group, const std::string& word,
                            const std::vector<std::string>& commands) {
  const std::string named = word.substr(0, kLongestWord);
  const std::string text = absl::StrCat("there is no command '", group, group.empty() ? "" : " ", named, "'; ");
  const std::string* best = nearest(named, commands);
  if (best != nullptr) return absl::StrCat(text, "did you mean '", group, group.empty() ? "" : " ", *best, "'?");
  return absl::StrCat(text, "the commands are: ", absl::StrJoin(commands, ", "));
}

std::string unknown_option(const std::string& word, const std::vector<std::string>& options) {
  const std::string named = word.substr(0, std::min(word.find('='), kLongestWord));
  const std::string* best = nearest(named, options);
  return absl::StrCat("there is no option '", named, "' here; ",
                      best == nullptr ? "--help lists them" : absl::StrCat("did you mean '", *best, "'?"));
}

std::string unknown_value(const std::string& what, const std::string& value, const std::vector<std::string>& values) {
  const std::string named = value.substr(0, kLongestWord);
  const std::string* best = nearest(named, values);
  return absl::StrCat(what, " is '", named, "', which is none of: ", absl::StrJoin(values, ", "),
                      best == nullptr ? "" : absl::StrCat("; did you mean '", *best, "'?"));
}

}  // namespace phone::phonectl
