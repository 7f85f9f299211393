// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "services/policy/configuration/xml_reader.hpp"

// Precedence and preemption (cucm-calls.md 8.9 and 9).
namespace phone::policy {

struct Mlpp {
  std::string domain;       // mlppDomainId, six hexadecimal digits; empty: calls have no precedence
  bool indication = false;  // mlppIndicationStatus
  bool preemption = false;  // Forceful
  bool executive_override_preemptable = false;
  // Code points of sound of priority, immediate, flash, flash override and executive override.
  std::array<std::uint32_t, 5> dscp = {45, 44, 41, 42, 42};
  friend bool operator==(const Mlpp&, const Mlpp&) = default;
};

// The elements stand directly under device in files of a call manager, in older descriptions under devicePool, the
// marks under sipProfile or device: each place counts. A domain of another form is as none.
Mlpp read_mlpp(pugi::xml_node device, ElementReader& all);

}  // namespace phone::policy
