// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/refusal_words.hpp"

#include <algorithm>
#include <vector>

#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/phrases.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kMostWords = 4, kLongestWord = 128;

// warn-code SP warn-agent SP quoted text (RFC 3261 section 20.43).
std::string text_of_warning(std::string_view item) {
  const size_t open = item.find('"');
  if (open == std::string_view::npos) return {};
  std::string text;
  for (size_t at = open + 1; at < item.size() && item[at] != '"'; ++at) {
    if (item[at] == '\\' && at + 1 < item.size()) ++at;
    text += item[at];
  }
  return text;
}

// protocol;cause=..;text=".." (RFC 3326).
std::string text_of_reason(std::string_view item) {
  take_until(item, ';');
  for (const auto& [name, value] : parse_parameters(item)) {
    if (iequals(name, "text")) return value;
  }
  return {};
}

void take_words(const Message& message, const char* name, std::string (*text_of)(std::string_view),
                std::vector<std::string>& words) {
  for (const std::string& item : list_items(message, name)) {
    if (words.size() == kMostWords) return;
    std::string word = text::clean(with_phrases(text_of(item)), kLongestWord);
    const auto said = [&](const std::string& one) { return iequals(one, word); };
    if (!word.empty() && std::none_of(words.begin(), words.end(), said)) words.push_back(std::move(word));
  }
}

}  // namespace

std::string refusal_words(const Message& response) {
  std::vector<std::string> words = {text::clean(with_phrases(response.phrase), kLongestWord)};
  take_words(response, "Warning", &text_of_warning, words);
  take_words(response, "Reason", &text_of_reason, words);
  std::string more;
  for (size_t i = 1; i < words.size(); ++i) more += cat(more.empty() ? "" : "; ", words[i]);
  return cat(response.status, words[0].empty() ? "" : " ", words[0], more.empty() ? "" : cat(" (", more, ")"));
}

}  // namespace phone::signaling
