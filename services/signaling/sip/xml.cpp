// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/xml.hpp"

#include <algorithm>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

absl::Status refused(const char* why) { return absl::InvalidArgumentError(why); }

// One pass before the reader: its memory is by the element.
absl::Status judge_document(std::string_view xml, size_t largest) {
  if (xml.size() > largest) return refused("the document is too large");
  if (static_cast<size_t>(std::count(xml.begin(), xml.end(), '<')) > 2 * kMostXmlElements)
    return refused("the document has too many elements");
  for (size_t at = xml.find("<!"); at != std::string_view::npos; at = xml.find("<!", at + 2)) {
    if (!starts_with(xml.substr(at), "<!--") && !starts_with(xml.substr(at), "<![CDATA["))
      return refused("the document declares a type of its own");
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  return name.substr(name.find(':') == std::string_view::npos ? 0 : name.find(':') + 1);
}

pugi::xml_node child_of(const pugi::xml_node& parent, std::string_view name) {
  for (const pugi::xml_node& one : parent.children()) {
    if (iequals(local_name(one), name)) return one;
  }
  return {};
}

std::string_view xml_trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string_view text_of(const pugi::xml_node& parent, std::string_view name) {
  return xml_trimmed(child_of(parent, name).text().get());
}

std::string_view attribute_of(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_attribute& one : node.attributes()) {
    if (iequals(one.name(), name)) return xml_trimmed(one.value());
  }
  return {};
}

bool is_any_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view one) { return iequals(one, word); });
}

absl::StatusOr<pugi::xml_node> load_xml(pugi::xml_document& into, std::string_view xml, size_t largest) {
  if (absl::Status status = judge_document(xml, largest); !status.ok()) return status;
  // As bytes, whatever the declaration says: phrase codes are no character of any encoding.
  if (!into.load_buffer(xml.data(), xml.size(), pugi::parse_minimal | pugi::parse_escapes | pugi::parse_cdata,
                        pugi::encoding_utf8))
    return refused("the document is not XML");
  pugi::xml_node root;
  for (const pugi::xml_node& one : into.children()) {
    if (root) return refused("the document has two roots");
    root = one;
  }
  if (!root) return refused("the document is not XML");
  return root;
}

}  // namespace phone::signaling
