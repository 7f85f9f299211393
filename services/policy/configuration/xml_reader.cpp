// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/xml_reader.hpp"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/text/foreign_text.hpp"
#include "services/policy/configuration/elements.hpp"

namespace phone::policy {
namespace {

absl::Status too_many(absl::string_view what, std::size_t most) {
  return absl::ResourceExhaustedError(absl::StrCat("more than ", most, " ", what));
}

// Walks without recursion, so that depth costs nothing before it is refused.
absl::Status within_limits(const pugi::xml_document& document) {
  std::size_t nodes = 0;
  int depth = 0;
  std::size_t neighbours[kMaxXmlDepth + 1] = {};
  pugi::xml_node node = document.first_child();
  while (node) {
    std::size_t attributes = 0;
    for (pugi::xml_attribute one = node.first_attribute(); one; one = one.next_attribute()) {
      if (++attributes > kMaxXmlAttributes) return too_many("attributes in one element", kMaxXmlAttributes);
    }
    nodes += 1 + attributes;
    if (nodes > kMaxXmlNodes) return too_many("elements and attributes", kMaxXmlNodes);
    if (++neighbours[depth] > kMaxXmlNeighbours) return too_many("elements at one level", kMaxXmlNeighbours);
    if (node.type() == pugi::node_doctype) return absl::InvalidArgumentError("a DOCTYPE is not accepted");
    if (pugi::xml_node child = node.first_child()) {
      if (++depth > kMaxXmlDepth)
        return absl::ResourceExhaustedError(absl::StrCat("elements are nested deeper than ", kMaxXmlDepth));
      neighbours[depth] = 0;
      node = child;
      continue;
    }
    while (node && !node.next_sibling()) {
      node = node.parent();
      --depth;
      if (!node || node.type() == pugi::node_document) return absl::OkStatus();
    }
    node = node.next_sibling();
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status load_bounded(std::string_view xml, pugi::xml_document& document) {
  if (xml.empty()) return absl::InvalidArgumentError("empty file");
  if (xml.size() > kMaxXmlBytes)
    return absl::ResourceExhaustedError(absl::StrCat("larger than ", kMaxXmlBytes, " bytes"));
  const auto result = document.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_doctype);
  if (!result)
    return absl::InvalidArgumentError(
        absl::StrCat("not well-formed XML at byte ", result.offset, ": ", result.description()));
  return within_limits(document);
}

std::optional<bool> to_boolean(const std::string& text) {
  for (const char* yes : {"true", "1", "yes", "on", "enabled"}) {
    if (absl::EqualsIgnoreCase(text, yes)) return true;
  }
  for (const char* no : {"false", "0", "no", "off", "disabled"}) {
    if (absl::EqualsIgnoreCase(text, no)) return false;
  }
  return std::nullopt;
}

std::string text_of(const pugi::xml_node& node) { return std::string(absl::StripAsciiWhitespace(node.text().get())); }

std::string ElementReader::text(const char* name, std::size_t limit) {
  std::string text = text_of(parent_.child(name));
  if (text.size() > limit) {
    complain(name, absl::StrCat("longer than ", limit, " bytes"));
    return {};
  }
  if (!phone::text::is_clean(text)) {
    complain(name, "contains a control character or is not UTF-8");
    return {};
  }
  return text;
}

std::string ElementReader::label(const char* name, std::size_t limit) {
  const std::string said = text_of(parent_.child(name));
  if (said.size() > limit) {
    complain(name, absl::StrCat("longer than ", limit, " bytes"));
    return {};
  }
  std::string text = phone::text::clean(said, limit);
  auto& cleaned = remarks_->cleaned;
  constexpr std::size_t kMostRemarks = 8;
  if (text != said && cleaned.size() < kMostRemarks && std::ranges::find(cleaned, name) == cleaned.end()) {
    cleaned.emplace_back(name);
  }
  return text;
}

bool ElementReader::boolean(const char* name, bool otherwise) {
  const std::string text = text_of(parent_.child(name));
  if (text.empty()) return otherwise;
  if (const auto value = to_boolean(text)) return *value;
  doubt(name, "must be true or false", otherwise ? "true" : "false");
  return otherwise;
}

std::uint32_t ElementReader::number(const char* name, std::uint32_t otherwise, std::uint32_t lowest,
                                    std::uint32_t highest) {
  const std::string text = text_of(parent_.child(name));
  if (text.empty()) return otherwise;
  std::uint32_t value = 0;
  if (!absl::SimpleAtoi(text, &value) || value < lowest || value > highest) {
    doubt(name, absl::StrCat("not a number from ", lowest, " to ", highest), absl::StrCat(otherwise));
    return otherwise;
  }
  return value;
}

std::uint16_t ElementReader::port(const char* name, std::uint16_t otherwise) {
  return static_cast<std::uint16_t>(number(name, otherwise, 1, 65535));
}

void ElementReader::doubt(const std::string& element, const std::string& why, const std::string& instead) {
  std::string path = element;
  for (pugi::xml_node node = parent_; node && node.parent() && node.parent().type() == pugi::node_element;
       node = node.parent()) {
    path = absl::StrCat(node.name(), "/", path);
  }
  doubt_path(path, why, instead);
}

void ElementReader::doubt_path(const std::string& path, const std::string& why, const std::string& instead) {
  const Element* const known = find_element(path);
  if (known == nullptr || known->strict) return complain(path.substr(path.rfind('/') + 1), why);
  remark(absl::StrCat(path, ": ", why, "; ", instead, " is used"));
}

void ElementReader::complain(const std::string& element, const std::string& why) {
  if (complaints_->status_.ok())
    complaints_->status_ =
        absl::InvalidArgumentError(absl::StrCat(element, ": ", phone::text::clean(why, kMaxTextBytes)));
}

}  // namespace phone::policy
