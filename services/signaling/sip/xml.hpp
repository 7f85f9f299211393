// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <initializer_list>
#include <pugixml.hpp>
#include <string_view>

// XML of the call manager, read by local names and without case, as servers spell namespaces in several ways
// (cucm-calls.md 2.6).
namespace phone::signaling {

inline constexpr size_t kMostXmlElements = 400;

std::string_view local_name(const pugi::xml_node& node);
pugi::xml_node child_of(const pugi::xml_node& parent, std::string_view name);
std::string_view xml_trimmed(std::string_view text);
std::string_view text_of(const pugi::xml_node& parent, std::string_view name);
std::string_view attribute_of(const pugi::xml_node& node, std::string_view name);
bool is_any_of(std::string_view word, std::initializer_list<std::string_view> words);

// The one root element. INVALID_ARGUMENT, as the sender is to read it, for what is no XML, is larger than `largest` or
// has too many elements, several roots or a document type of its own. Linear in the size.
absl::StatusOr<pugi::xml_node> load_xml(pugi::xml_document& into, std::string_view xml, size_t largest);

}  // namespace phone::signaling
