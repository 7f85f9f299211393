// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <string>
#include <vector>

#include "services/policy/configuration/xml_reader.hpp"

namespace phone::policy {

// vendorConfig of the device, of the common profile, of the enterprise: strongest first.
class Levels {
 public:
  Levels(pugi::xml_node device, ElementReader& all);
  std::string text(const char* name, std::size_t limit = kMaxTextBytes) const;
  const std::array<pugi::xml_node, 5>& nodes() const { return levels_; }  // strongest first
  bool boolean(const char* name, bool otherwise) const;
  std::uint32_t number(const char* name, std::uint32_t otherwise, std::uint32_t lowest, std::uint32_t highest) const;
  // 0 means enabled and 1 disabled; anything above 1 is a kind of "less than enabled" and read as disabled.
  bool enabled_when_zero(const char* name, bool otherwise) const;

 private:
  ElementReader& all_;
  std::array<pugi::xml_node, 5> levels_;
};

// The parts of a comma list, without those that are empty; at most 16.
std::vector<std::string> list_of(const std::string& text);

}  // namespace phone::policy
