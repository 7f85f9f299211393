// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/inventory.hpp"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/text/foreign_text.hpp"
#include "services/policy/configuration/elements.hpp"
#include "services/policy/configuration/xml_reader.hpp"

namespace phone::policy {
namespace {

constexpr std::size_t kMostText = 160, kMostUnknown = 12, kMostName = 64;

class Inventory {
 public:
  explicit Inventory(Remarks& into) : into_(into) {}

  absl::Status walk(pugi::xml_node parent, const std::string& path, Level level) {
    for (pugi::xml_node node = parent.first_child(); node; node = node.next_sibling()) {
      if (node.type() != pugi::node_element) continue;
      if (absl::Status taken = take(node, path, level); !taken.ok()) return taken;
    }
    return absl::OkStatus();
  }

 private:
  absl::Status take(pugi::xml_node node, const std::string& parent, Level level) {
    const std::string path = parent.empty() ? node.name() : absl::StrCat(parent, "/", node.name());
    const Element* const element = find_element(path);
    if (element == nullptr) {
      note_unknown(path, level);
      return absl::OkStatus();
    }
    const std::string name(element->name());
    if (name != node.name()) node.set_name(name.c_str());
    const std::string known = parent.empty() ? name : absl::StrCat(parent, "/", name);
    const bool alone = element->strict || element->type == ElementType::kGroup;
    if (alone && !element->repeated && node.parent().child(name.c_str()) != node) {
      return absl::InvalidArgumentError(absl::StrCat(known, ": is present twice"));
    }
    if (element->type == ElementType::kGroup) return walk(node, known, level_of(known, level));
    note(*element, node, level);
    return absl::OkStatus();
  }

  static Level level_of(const std::string& path, Level level) {
    if (path == "commonConfig") return Level::kCommon;
    return path == "enterpriseConfig" ? Level::kEnterprise : level;
  }

  void note(const Element& element, const pugi::xml_node& node, Level level) {
    const std::string said = text_of(node);
    if (said.empty()) return;
    const std::string text = element.type == ElementType::kSecret ? "(set)" : text::clean(said, kMostText);
    const auto [place, first] = places_.try_emplace(element.path, into_.elements.size());
    if (first) {
      if (into_.elements.size() < Remarks::kMostElements) {
        into_.elements.push_back({.element = std::string(element.path), .text = text, .level = level});
      } else {
        places_.erase(place);
      }
      return;
    }
    ConfiguredElement& noted = into_.elements[place->second];
    if (level < noted.level) {
      noted.text = text;
      noted.level = level;
    } else if (level == noted.level && element.type != ElementType::kSecret && noted.text.size() < kMostText) {
      absl::StrAppend(&noted.text, ", ", text);  // of several lines or servers
    }
  }

  // Its text is not kept: it may be a secret under a misspelt name.
  void note_unknown(const std::string& path, Level level) {
    if (++unknown_ > kMostUnknown) {
      if (unknown_ == kMostUnknown + 1) into_.add("more unknown elements are ignored");
      return;
    }
    std::string shown = text::clean(path, 4 * kMostName);
    const std::string_view meant = meant_element(path);
    into_.add(absl::StrCat("unknown element ", shown, " is ignored",
                           meant.empty() ? "" : absl::StrCat("; did you mean ", std::string(meant), "?")));
    into_.elements.push_back({.element = std::move(shown), .text = {}, .level = level, .unknown = true});
  }

  Remarks& into_;
  absl::flat_hash_map<std::string_view, std::size_t> places_;
  std::size_t unknown_ = 0;
};

}  // namespace

absl::Status take_inventory(pugi::xml_node device, Remarks& into) {
  return Inventory(into).walk(device, {}, Level::kDevice);
}

}  // namespace phone::policy
