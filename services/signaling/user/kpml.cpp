// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/user/kpml.hpp"

#include <pugixml.hpp>

#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kLongestTag = 64;
constexpr uint32_t kDigits = 0x3FF;  // x: 0 to 9
constexpr uint32_t kAll = 0xFFFF;

std::optional<uint32_t> bit_of(char c) {
  const char key = c >= 'a' && c <= 'd' ? static_cast<char>(c - 'a' + 'A') : c;
  const size_t at = kKeypad.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  return 1U << at;
}

// "[x*#A-D]" without its brackets.
std::optional<uint32_t> keys_of_class(std::string_view text) {
  const bool negated = !text.empty() && text.front() == '^';
  if (negated) text.remove_prefix(1);
  uint32_t keys = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') continue;  // a key that this keypad does not have
    if (lower(text[i]) == 'x') {
      keys |= kDigits;
      continue;
    }
    const auto first = bit_of(text[i]);
    if (!first.has_value()) return std::nullopt;
    keys |= *first;
    if (i + 2 >= text.size() || text[i + 1] != '-') continue;
    const auto last = bit_of(text[i + 2]);
    if (!last.has_value() || *last < *first) return std::nullopt;
    keys |= (*last << 1) - *first;
    i += 2;
  }
  return negated ? kAll & ~keys : keys;
}

// Alternatives of one key each; "bs" is the backspace (cucm-calls.md 3.1).
std::optional<uint32_t> keys_of_expression(std::string_view text, bool& backspace) {
  uint32_t keys = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const std::string_view one = trim(take_until(text, '|'));
    if (iequals(one, "bs")) {
      backspace = true;
      continue;
    }
    std::optional<uint32_t> some;
    if (one.size() >= 2 && one.front() == '[' && one.find(']') == one.size() - 1)
      some = keys_of_class(one.substr(1, one.size() - 2));
    else if (one.size() == 1 && one != "^")
      some = keys_of_class(one);
    if (!some.has_value()) return std::nullopt;
    keys |= *some;
  }
  return keys;
}

std::string_view name_without_prefix(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  return name.substr(name.find(':') == std::string_view::npos ? 0 : name.find(':') + 1);
}

std::vector<pugi::xml_node> children(const pugi::xml_node& parent, std::string_view name) {
  std::vector<pugi::xml_node> found;
  for (const pugi::xml_node& child : parent.children()) {
    if (name_without_prefix(child) == name) found.push_back(child);
  }
  return found;
}

bool is_set(std::string_view value) {
  return !value.empty() && !iequals(value, "false") && !iequals(value, "no") && value != "0";
}

// Long presses and partial matches are not told; the key that ends an entry can only be #.
bool asks_for_too_much(const pugi::xml_node& node) {
  for (const char* name : {"long", "longhold", "longrepeat", "nopartial"}) {
    if (is_set(node.attribute(name).value())) return true;
    for (const pugi::xml_node& child : children(node, name)) {
      if (is_set(child.text().get())) return true;
    }
  }
  const std::string_view enter = node.attribute("enterkey").value();
  return !enter.empty() && enter != "#";
}

std::optional<KpmlPersist> persist_of(std::string_view word) {
  if (word.empty() || iequals(word, "one-shot")) return KpmlPersist::kOneShot;
  if (iequals(word, "persist")) return KpmlPersist::kPersist;
  if (iequals(word, "single-notify")) return KpmlPersist::kSingleNotify;
  return std::nullopt;
}

std::string_view phrase_of(KpmlCode code) {
  switch (code) {
    case KpmlCode::kOk:
      return "OK";
    case KpmlCode::kNoMatch:
      return "No Match";
    case KpmlCode::kTimerExpired:
      return "Timer Expired";
    case KpmlCode::kSubscriptionExpired:
      return "Subscription Expired";
    case KpmlCode::kAttributeNotSupported:
      return "Attribute not supported";
    case KpmlCode::kMultiplePatterns:
      return "Multiple Patterns Not Supported";
  }
  return "";
}

}  // namespace

bool takes(const KpmlPattern& pattern, char key) {
  if (key == kBackspace) return pattern.backspace;
  const auto bit = bit_of(key);
  return bit.has_value() && (pattern.keys & *bit) != 0;
}

std::variant<KpmlPattern, KpmlCode> read_kpml_request(std::string_view xml) {
  pugi::xml_document document;
  if (xml.size() > kLargestKpmlRequest ||
      !document.load_buffer(xml.data(), xml.size(), pugi::parse_minimal | pugi::parse_escapes))
    return KpmlCode::kAttributeNotSupported;
  const auto roots = children(document, "kpml-request");
  if (roots.size() != 1) return KpmlCode::kAttributeNotSupported;
  const auto patterns = children(roots.front(), "pattern");
  if (patterns.size() > 1) return KpmlCode::kMultiplePatterns;
  if (patterns.empty()) return KpmlCode::kAttributeNotSupported;
  const auto expressions = children(patterns.front(), "regex");
  if (expressions.size() > 1) return KpmlCode::kMultiplePatterns;
  if (expressions.empty()) return KpmlCode::kAttributeNotSupported;
  const pugi::xml_node& expression = expressions.front();
  const auto persist = persist_of(patterns.front().attribute("persist").value());
  bool backspace = false;
  const auto keys = keys_of_expression(trim(expression.text().get()), backspace);
  if (!persist.has_value() || !keys.has_value() || asks_for_too_much(patterns.front()) || asks_for_too_much(expression))
    return KpmlCode::kAttributeNotSupported;
  return KpmlPattern{.tag = text::clean(expression.attribute("tag").value(), kLongestTag),
                     .keys = *keys,
                     .backspace = backspace,
                     .persist = *persist};
}

std::string write_kpml_response(KpmlCode code, std::string_view digits, std::string_view tag) {
  return cat(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kpml-response xmlns=\"urn:ietf:params:xml:ns:kpml-response\" "
      "version=\"1.0\" code=\"",
      static_cast<int>(code), "\" text=\"", phrase_of(code), "\" suppressed=\"false\" forced_flush=\"false\" digits=\"",
      digits, "\" tag=\"", xml_escaped(tag), "\"/>\n");
}

bool is_kpml(const Message& request) {
  const std::string event = request.text("Event");
  std::string_view rest = event;
  return iequals(trim(take_until(rest, ';')), "kpml");
}

}  // namespace phone::signaling
