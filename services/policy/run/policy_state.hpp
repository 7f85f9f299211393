// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/settings/lock.hpp"
#include "services/policy/configuration/configuration.hpp"
#include "services/policy/run/alarm.hpp"

// The one policy in force and how it may change. Pure: every change raises the version, nothing else does.
namespace phone::policy {

enum class Stage { kDefault = 1, kProvisioning = 2, kComplete = 3 };

// Alarms that no call manager has accepted yet. Beyond this the oldest is dropped.
inline constexpr std::size_t kMostAlarms = 16;

struct Policy {
  std::uint64_t version = 1;
  Stage stage = Stage::kDefault;
  std::string device_name;
  Configuration configuration;   // at kDefault and kProvisioning: strict, and at kProvisioning the CAPF part
  std::vector<Alarm> alarms;     // the latest, oldest first, at most kMostAlarms
  bool password_locked = false;  // the settings have a password, and it was not given; not kept
  bool reset = false;            // at kDefault: the configuration was forgotten on purpose
  friend bool operator==(const Policy&, const Policy&) = default;
};

// What a person at the phone may change.
settings::Lock lock_of(const Policy& policy);

// A configuration with what is known of its file.
struct KeptConfiguration {
  Configuration configuration;
  bool encrypted = false;
  std::vector<ConfiguredElement> elements;
  std::vector<std::string> remarks;
  friend bool operator==(const KeptConfiguration&, const KeptConfiguration&) = default;
};

enum class TrialState : std::uint8_t {
  kNone,
  kTrying,     // the one in force is new, and the server was not reached with it yet
  kTakenBack,  // the working one is in force again, and the server was not reached with it yet either
};

// With what is remembered beside it.
struct State {
  Policy policy;
  bool encrypted = false;                   // the configuration came as .enc.sgn
  std::uint64_t alarms = 0;                 // numbers given out
  std::vector<ConfiguredElement> elements;  // of the configuration in force
  std::vector<std::string> remarks;         // about it
  TrialState trial = TrialState::kNone;
  std::optional<KeptConfiguration> working;     // the last with which a call manager was reached
  std::optional<KeptConfiguration> taken_back;  // lost the server; tried again when the file differs from it
  friend bool operator==(const State&, const State&) = default;
};

// Each answers whether anything changed.

// A complete policy is never replaced by a partial one: the phone goes on with what it has.
bool apply_partial(State&, const Configuration& partial, const std::string& device_name);
bool apply_complete(State&, const Configuration& complete, bool encrypted, const std::string& device_name);
// What the configuration in force says, element by element; the policy is the same.
bool apply_remarks(State&, const Remarks& remarks);
// Of a repeated alarm the first and the last are kept: a run that is retried all night must not push out earlier
// alarms.
bool apply_alarm(State&, Alarm alarm);

}  // namespace phone::policy
