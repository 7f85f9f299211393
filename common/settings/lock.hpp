// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

// Whether a person at the phone may change settings now. Policy publishes it; every service that changes a setting for
// the user refuses by it.
namespace phone::settings {

enum class Lock : std::uint8_t {
  kOpen = 1,
  kPassword = 2,
  kRestricted = 3,
  kOff = 4
};  // as phone.policy.v1.SettingsLock

// Unspecified comes from a policy of before there was a lock. A number that is none of ours is a lock that we do not
// know.
constexpr Lock lock_of(int number) {
  if (number == 0) return Lock::kOpen;
  return number >= static_cast<int>(Lock::kOpen) && number <= static_cast<int>(Lock::kOff) ? static_cast<Lock>(number)
                                                                                           : Lock::kOff;
}

// Why a setting may not be changed, for the user; empty: it may.
constexpr const char* refusal_of(Lock lock) {
  switch (lock) {
    case Lock::kOpen:
      return "";
    case Lock::kPassword:
      return "the settings are locked; unlock them with the phone's password first (phonectl unlock)";
    case Lock::kRestricted:
      return "the configuration restricts the settings to preferences and information (settingsAccess 2)";
    case Lock::kOff:
      return "the configuration switches the settings off (settingsAccess 0)";
  }
  return "the settings are locked";
}

}  // namespace phone::settings
