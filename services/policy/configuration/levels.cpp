// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/levels.hpp"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/text/foreign_text.hpp"

namespace phone::policy {

Levels::Levels(pugi::xml_node device, ElementReader& all)
    : all_(all),
      levels_{device.child("vendorConfig"), device.child("commonConfig").child("vendorConfig"),
              device.child("commonConfig"), device.child("enterpriseConfig").child("vendorConfig"),
              device.child("enterpriseConfig")} {}

std::string Levels::text(const char* name, std::size_t limit) const {
  for (const auto& level : levels_) {
    std::string text = text_of(level.child(name));
    if (text.size() > limit) {
      all_.complain(name, "too long");
      return {};
    }
    if (!phone::text::is_clean(text)) {
      all_.complain(name, "contains a control character or is not UTF-8");
      return {};
    }
    if (!text.empty()) return text;
  }
  return {};
}

bool Levels::boolean(const char* name, bool otherwise) const {
  const std::string said = text(name);
  if (said.empty()) return otherwise;
  if (const auto value = to_boolean(said)) return *value;
  all_.doubt_path(absl::StrCat("vendorConfig/", name), "must be true or false", otherwise ? "true" : "false");
  return otherwise;
}

std::uint32_t Levels::number(const char* name, std::uint32_t otherwise, std::uint32_t lowest,
                             std::uint32_t highest) const {
  const std::string said = text(name);
  if (said.empty()) return otherwise;
  std::uint32_t value = 0;
  if (absl::SimpleAtoi(said, &value) && value >= lowest && value <= highest) return value;
  all_.doubt_path(absl::StrCat("vendorConfig/", name), absl::StrCat("not a number from ", lowest, " to ", highest),
                  absl::StrCat(otherwise));
  return otherwise;
}

bool Levels::enabled_when_zero(const char* name, bool otherwise) const {
  const std::string said = text(name);
  if (said.empty()) return otherwise;
  if (said == "0" || absl::EqualsIgnoreCase(said, "enabled")) return true;
  // "true" might mean either: whoever writes it has not read that the numbers are inverted.
  if (said != "1" && said != "2" && !absl::EqualsIgnoreCase(said, "disabled")) {
    all_.complain(name, "must be 0 (enabled) or 1 (disabled)");
  }
  return false;
}

std::vector<std::string> list_of(const std::string& text) {
  constexpr std::size_t kMost = 16;
  std::vector<std::string> list;
  for (absl::string_view part : absl::StrSplit(text, ',')) {
    part = absl::StripAsciiWhitespace(part);
    if (!part.empty() && list.size() < kMost) list.push_back(std::string(part));
  }
  return list;
}

}  // namespace phone::policy
