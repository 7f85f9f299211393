// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

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
  Configuration configuration;  // at kDefault and kProvisioning: strict, and at kProvisioning the CAPF part
  std::vector<Alarm> alarms;    // the latest, oldest first, at most kMostAlarms
  friend bool operator==(const Policy&, const Policy&) = default;
};

// With what is remembered beside it.
struct State {
  Policy policy;
  bool encrypted = false;    // the configuration came as .enc.sgn
  std::uint64_t alarms = 0;  // numbers given out
  friend bool operator==(const State&, const State&) = default;
};

// Each answers whether anything changed.

// A complete policy is never replaced by a partial one: the phone goes on with what it has.
bool apply_partial(State&, const Configuration& partial, const std::string& device_name);
bool apply_complete(State&, const Configuration& complete, bool encrypted, const std::string& device_name);
// Of a repeated alarm the first and the last are kept: a run that is retried all night must not push out earlier
// alarms.
bool apply_alarm(State&, Alarm alarm);

}  // namespace phone::policy
