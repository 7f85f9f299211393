// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/policy_state.hpp"

#include <utility>

namespace phone::policy {

settings::Lock lock_of(const Policy& policy) {
  switch (policy.configuration.settings_access) {
    case SettingsAccess::kDisabled:
      return settings::Lock::kOff;
    case SettingsAccess::kRestricted:
      return settings::Lock::kRestricted;
    case SettingsAccess::kEnabled:
      return policy.password_locked ? settings::Lock::kPassword : settings::Lock::kOpen;
  }
  return settings::Lock::kOff;
}

bool apply_partial(State& state, const Configuration& partial, const std::string& device_name) {
  Policy& policy = state.policy;
  if (policy.stage == Stage::kComplete) return false;
  Configuration capf_part;
  capf_part.full = false;
  capf_part.capf_auth_mode = partial.capf_auth_mode;
  capf_part.capf = partial.capf;
  capf_part.load_information = partial.load_information;
  if (policy.stage == Stage::kProvisioning && policy.configuration == capf_part && policy.device_name == device_name)
    return false;
  policy.stage = Stage::kProvisioning;
  policy.configuration = std::move(capf_part);
  policy.device_name = device_name;
  ++policy.version;
  return true;
}

bool apply_complete(State& state, const Configuration& complete, bool encrypted, const std::string& device_name) {
  Policy& policy = state.policy;
  const bool way_changed = state.encrypted != encrypted;
  state.encrypted = encrypted;
  if (policy.stage == Stage::kComplete && policy.configuration == complete && policy.device_name == device_name)
    return way_changed;
  policy.stage = Stage::kComplete;
  policy.reset = false;
  policy.configuration = complete;
  policy.device_name = device_name;
  ++policy.version;
  return true;
}

bool apply_remarks(State& state, const Remarks& remarks) {
  if (state.elements == remarks.elements && state.remarks == remarks.sentences) return false;
  state.elements = remarks.elements;
  state.remarks = remarks.sentences;
  return true;
}

bool apply_alarm(State& state, Alarm alarm) {
  if (alarm.code == 0) return false;
  alarm.number = ++state.alarms;
  auto& alarms = state.policy.alarms;
  const std::size_t count = alarms.size();
  if (count >= 2 && same_report(alarms[count - 1], alarm) && same_report(alarms[count - 2], alarm)) alarms.pop_back();
  alarms.push_back(std::move(alarm));
  if (alarms.size() > kMostAlarms) alarms.erase(alarms.begin());
  ++state.policy.version;
  return true;
}

}  // namespace phone::policy
