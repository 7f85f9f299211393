// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/rpc/settings_message.hpp"

#include <map>
#include <string_view>

#include "absl/strings/str_split.h"
#include "services/policy/rpc/policy_enums.hpp"

namespace phone::policy {
namespace {

const char* word(ElementType type) {
  switch (type) {
    case ElementType::kGroup:
      return "group";
    case ElementType::kSwitch:
      return "switch";
    case ElementType::kInverted:
      return "switch, 0 is on";
    case ElementType::kLockable:
      return "switch, 2 and 3 are locked off and on";
    case ElementType::kNumber:
      return "number";
    case ElementType::kText:
      return "text";
    case ElementType::kSecret:
      return "secret";
  }
  return "";
}

void put(const ConfiguredElement& from, v1::Setting& to) {
  to.set_configured(from.text);
  to.set_level(kLevels.to_proto(from.level));
}

}  // namespace

v1::ListSettingsReply to_settings(const std::vector<ConfiguredElement>& configured) {
  std::map<std::string_view, const ConfiguredElement*> by_path;
  for (const ConfiguredElement& one : configured) {
    if (!one.unknown) by_path.emplace(one.element, &one);
  }
  v1::ListSettingsReply reply;
  for (const Element& element : elements()) {
    if (element.type == ElementType::kGroup) continue;
    v1::Setting& setting = *reply.add_setting();
    setting.set_element(std::string(element.path));
    setting.set_support(kSupports.to_proto(element.support));
    setting.set_otherwise(std::string(element.otherwise));
    setting.set_type(word(element.type));
    setting.set_security(element.strict);
    setting.set_shown_by(std::string(element.shown));
    setting.set_ours(element.ours);
    const std::vector<std::string> services = absl::StrSplit(std::string(element.by), ' ', absl::SkipEmpty());
    for (const std::string& service : services) setting.add_obeyed_by(service);
    const auto said = by_path.find(element.path);
    if (said == by_path.end()) continue;
    put(*said->second, setting);
    setting.set_locked(element.type == ElementType::kLockable &&
                       (said->second->text == "2" || said->second->text == "3"));
  }
  for (const ConfiguredElement& one : configured) {
    if (!one.unknown) continue;
    v1::Setting& setting = *reply.add_setting();
    setting.set_element(one.element);
    setting.set_support(v1::SETTING_SUPPORT_UNKNOWN);
    setting.set_meant(std::string(meant_element(one.element)));
    put(one, setting);
  }
  return reply;
}

}  // namespace phone::policy
