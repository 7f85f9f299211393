// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/print_settings.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

namespace phone::phonectl {
namespace {

using namespace phone::policy::v1;

const char* word(SettingLevel level) {
  switch (level) {
    case SETTING_LEVEL_DEVICE:
      return "device";
    case SETTING_LEVEL_COMMON:
      return "common profile";
    case SETTING_LEVEL_ENTERPRISE:
      return "enterprise";
    default:
      return "";
  }
}

std::string configured(const Setting& setting) {
  if (setting.level() == SETTING_LEVEL_UNSPECIFIED) {
    return setting.otherwise().empty() ? "-" : absl::StrCat("default: ", setting.otherwise());
  }
  return absl::StrCat(setting.configured(), setting.configured().empty() ? "" : " ", "(", word(setting.level()),
                      setting.locked() ? ", locked" : "", ")");
}

// Every service that enforces it says how.
Cell enforced(const Setting& setting, const phone::gateway::v1::SecuritySettings& security) {
  std::vector<std::string> parts;
  Tone tone = Tone::kPlain;
  for (const auto& one : security.setting()) {
    if (one.element() != setting.element()) continue;
    const Cell cell = in_force(one);
    const std::string part = absl::StrCat("in force: ", cell.text);
    if (parts.empty() || parts.back() != part) parts.push_back(part);
    if (cell.tone != Tone::kPlain) tone = cell.tone;
  }
  if (!parts.empty()) return {absl::StrJoin(parts, "; "), tone};
  switch (setting.support()) {
    case SETTING_SUPPORT_OBEYED:
      return {absl::StrCat("obeyed by ", absl::StrJoin(setting.obeyed_by(), ", "))};
    case SETTING_SUPPORT_NO_EFFECT:
      return {"has no effect", Tone::kDim};
    case SETTING_SUPPORT_UNKNOWN:
      return {setting.meant().empty() ? "unknown element"
                                      : absl::StrCat("unknown element; did you mean ", setting.meant(), "?"),
              Tone::kBad};
    default:
      return {"not supported", setting.level() == SETTING_LEVEL_UNSPECIFIED ? Tone::kDim : Tone::kBad};
  }
}

}  // namespace

Cell in_force(const phone::mesh::v1::SettingInForce& setting) {
  const auto noted = [&](std::string text) {
    if (!setting.note().empty()) absl::StrAppend(&text, ": ", setting.note());
    return text;
  };
  switch (setting.state()) {
    case phone::mesh::v1::SETTING_STATE_ON:
      return {noted("on")};
    case phone::mesh::v1::SETTING_STATE_OFF:
      return {noted("off")};
    case phone::mesh::v1::SETTING_STATE_UNKNOWN:
      return {noted("unknown"), Tone::kDim};
    default:
      return setting.value().empty() ? Cell{noted("unknown"), Tone::kDim} : Cell{noted(setting.value())};
  }
}

std::string print_settings(const ListSettingsReply& settings, const phone::gateway::v1::SecuritySettings& security,
                           bool all, const View& view) {
  Table table;
  for (const Setting& setting : settings.setting()) {
    if (!all && setting.level() == SETTING_LEVEL_UNSPECIFIED) continue;
    table.row({{setting.element()}, {configured(setting)}, enforced(setting, security)});
  }
  return table.empty() ? "the configuration says nothing\n" : table.print(view);
}

}  // namespace phone::phonectl
