// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/mlpp.hpp"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace phone::policy {
namespace {

constexpr std::size_t kDomainDigits = 6;

bool is_domain(const std::string& text) {
  return text.size() == kDomainDigits &&
         std::ranges::all_of(text, [](unsigned char c) { return absl::ascii_isxdigit(c); });
}

}  // namespace

Mlpp read_mlpp(pugi::xml_node device, ElementReader& all) {
  ElementReader root(device, &all), pool(device.child("devicePool"), &all), profile(device.child("sipProfile"), &all);
  const auto either = [](ElementReader& first, ElementReader& second, const char* name) {
    std::string text = first.text(name);
    return text.empty() ? second.text(name) : text;
  };
  Mlpp mlpp;
  if (std::string domain = either(root, pool, "mlppDomainId"); is_domain(domain))
    mlpp.domain = absl::AsciiStrToLower(domain);
  mlpp.indication = absl::EqualsIgnoreCase(either(root, pool, "mlppIndicationStatus"), "On");
  mlpp.preemption = absl::EqualsIgnoreCase(either(root, pool, "preemption"), "Forceful");
  const std::string preemptable = either(root, pool, "executiveOverridePreemptable");
  mlpp.executive_override_preemptable =
      preemptable == "1" || absl::EqualsIgnoreCase(preemptable, "true") || absl::EqualsIgnoreCase(preemptable, "Yes");
  static constexpr const char* kMarks[] = {"dscpForPriorityAudio", "dscpForImmediateAudio", "dscpForFlashAudio",
                                           "dscpForFlashOverrideAudio", "dscpForExecutiveOverrideAudio"};
  for (std::size_t i = 0; i < mlpp.dscp.size(); ++i) {
    // The whole byte of the IP header: the code point is in its upper six bits.
    const std::uint32_t of_root = root.number(kMarks[i], mlpp.dscp[i] << 2U, 0, 255);
    mlpp.dscp[i] = profile.number(kMarks[i], of_root, 0, 255) >> 2U;
  }
  return mlpp;
}

}  // namespace phone::policy
