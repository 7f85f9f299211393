// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <vector>

// What a configuration says, element by element, and what was remarkable in it: for people.
namespace phone::policy {

enum class Level : std::uint8_t { kDevice = 1, kCommon = 2, kEnterprise = 3 };  // the first that says something counts

struct ConfiguredElement {
  std::string element;  // path in the table, or as it stands in the file when it is unknown
  std::string text;     // bounded, clean; never a secret
  Level level = Level::kDevice;
  bool unknown = false;
  friend bool operator==(const ConfiguredElement&, const ConfiguredElement&) = default;
};

struct Remarks {
  std::vector<std::string> sentences;       // at most kMostRemarks
  std::vector<ConfiguredElement> elements;  // at most kMostElements
  std::vector<std::string> cleaned;         // elements for people whose text was not clean UTF-8 and has been made so

  std::string phone_password;  // secret; as configured, to be hashed and forgotten

  static constexpr std::size_t kMostRemarks = 24, kMostElements = 600;
  void add(std::string sentence) {
    if (sentences.size() < kMostRemarks) sentences.push_back(std::move(sentence));
  }
};

}  // namespace phone::policy
