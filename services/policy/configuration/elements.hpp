// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// Every element a configuration can have (cisco-formats.md F, cucm-calls.md 8, own_names.hpp), those that nothing here
// obeys included: what is not in this table is unknown, and said to be.
namespace phone::policy {

enum class ElementType : std::uint8_t {
  kGroup,     // has elements, no text
  kSwitch,    // 1 is on
  kInverted,  // 0 is on (pcPort)
  kLockable,  // bit 0 is the value, bit 1 says that the user may not change it: 2 is locked off, 3 locked on
  kNumber,
  kText,
  kSecret,  // its text is shown nowhere
};

enum class Support : std::uint8_t { kObeyed, kNotSupported, kNoEffect };

struct Element {
  std::string_view path;  // below <device>, as call managers spell it; names are compared without case
  ElementType type = ElementType::kText;
  Support support = Support::kNotSupported;
  std::string_view otherwise;  // the default, in words
  std::string_view by;         // services that obey it: "signaling media"
  std::string_view field;      // of EffectivePolicy, from which they learn it; empty: policy obeys it
  std::string_view shown;      // command that shows it in force
  std::string_view test;       // suite that proves it
  bool strict = false;         // security: a bad value refuses the configuration, others fall back to their default
  bool levels = false;         // in vendorConfig, commonConfig and enterpriseConfig, the first of them counts
  bool repeated = false;
  bool ours = false;  // no public source names it

  std::string_view name() const { return path.substr(path.rfind('/') + 1); }
};

// In the order in which they are shown.
std::span<const Element> elements();
// The same without case; null: unknown. A path in commonConfig or enterpriseConfig is that of vendorConfig.
const Element* find_element(std::string_view path);
// The known path that was meant, by at most two wrong letters in its last name; empty: none is near.
std::string_view meant_element(std::string_view unknown_path);

namespace internal {
std::span<const Element> device_elements();
std::span<const Element> hardening_elements();
std::span<const Element> calling_elements();
}  // namespace internal

}  // namespace phone::policy
