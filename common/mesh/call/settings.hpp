// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>

#include "phone/mesh/v1/settings.pb.h"

namespace phone::mesh {

using SettingsInForce = google::protobuf::RepeatedPtrField<v1::SettingInForce>;

// Adds a switch as the caller enforces it; nullopt: it does not know.
inline v1::SettingInForce& add_switch(SettingsInForce* to, const char* element, std::optional<bool> on,
                                      std::string note = {}) {
  v1::SettingInForce& setting = *to->Add();
  setting.set_element(element);
  setting.set_state(!on ? v1::SETTING_STATE_UNKNOWN : *on ? v1::SETTING_STATE_ON : v1::SETTING_STATE_OFF);
  setting.set_note(std::move(note));
  return setting;
}

inline v1::SettingInForce& add_value(SettingsInForce* to, const char* element, std::string value) {
  v1::SettingInForce& setting = *to->Add();
  setting.set_element(element);
  setting.set_value(std::move(value));
  return setting;
}

}  // namespace phone::mesh
