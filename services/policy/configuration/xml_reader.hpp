// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pugixml.hpp>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/policy/configuration/remarks.hpp"

// pugixml, held to limits: size, depth, number of nodes and attributes, how many of them stand side by side (an element
// is looked for by its name among its neighbours, so they cost their number times the names that are read), no document
// type (so no entities of its own). Text is foreign: what is kept of it is clean UTF-8, or the file is
// refused.
namespace phone::policy {

inline constexpr std::size_t kMaxXmlBytes = std::size_t{1} << 20;  // real files are 10 to 30 KB
inline constexpr int kMaxXmlDepth = 24;
inline constexpr std::size_t kMaxXmlNodes = 20'000;  // elements, texts and attributes
inline constexpr std::size_t kMaxXmlNeighbours = 2'000;
inline constexpr std::size_t kMaxXmlAttributes = 32;  // of one element
inline constexpr std::size_t kMaxTextBytes = 512;

absl::Status load_bounded(std::string_view xml, pugi::xml_document& document);

// true/false, True/False, 1/0, yes/no, on/off; nullopt when empty or something else.
std::optional<bool> to_boolean(const std::string& text);

// The trimmed text of an element; empty when absent.
std::string text_of(const pugi::xml_node& node);

// Reads elements of one parent. The first thing that is wrong with an element of security is kept, so that the file can
// be refused by its name; any other element falls back to its default, with a remark.
class ElementReader {
 public:
  ElementReader(pugi::xml_node parent, Remarks& remarks) : parent_(parent), complaints_(this), remarks_(&remarks) {}
  ElementReader(pugi::xml_node parent, ElementReader* complains_to)
      : parent_(parent), complaints_(complains_to->complaints_), remarks_(complains_to->remarks_) {}
  ElementReader(const ElementReader&) = delete;
  ElementReader& operator=(const ElementReader&) = delete;

  bool has(const char* name) const { return !text_of(parent_.child(name)).empty(); }
  // Refused when it is longer or not clean UTF-8: in names, addresses and secrets every byte counts.
  std::string text(const char* name, std::size_t limit = kMaxTextBytes);
  // For people to read: made clean, and remarked upon when that changed it.
  std::string label(const char* name, std::size_t limit = kMaxTextBytes);
  bool boolean(const char* name, bool otherwise);
  std::uint32_t number(const char* name, std::uint32_t otherwise, std::uint32_t lowest, std::uint32_t highest);
  std::uint16_t port(const char* name, std::uint16_t otherwise);
  pugi::xml_node node() const { return parent_; }

  // The file is refused.
  void complain(const std::string& element, const std::string& why);
  // The same for an element of security; else a remark that says what is used instead.
  void doubt(const std::string& element, const std::string& why, const std::string& instead);
  void doubt_path(const std::string& path, const std::string& why, const std::string& instead);
  void remark(std::string sentence) { remarks_->add(std::move(sentence)); }
  const absl::Status& status() const { return complaints_->status_; }

 private:
  pugi::xml_node parent_;
  ElementReader* complaints_;
  Remarks* remarks_;
  absl::Status status_;
};

}  // namespace phone::policy
