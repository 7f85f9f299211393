// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What a call manager orders by the event package service-control, or in a text/plain part of a REFER
// (cucm-calls.md 5).
namespace phone::signaling {

inline constexpr size_t kLargestServiceControl = 8192;

enum class ServiceAction : uint8_t {
  kReset,
  kRestart,
  kCheckVersion,
  kApplyConfig,
  kCallPreservation,  // of the call in whose dialog it comes
  kProblemReport,
};
std::string_view name_of(ServiceAction action);  // as on the wire

enum class ConfigResult : uint8_t { kNoChange, kApplied, kReregister };  // CUCMResult

// The versionStamps that the call manager has; empty: it names none ("{}").
struct VersionStamps {
  std::string configuration, dial_plan, soft_keys;
  bool operator==(const VersionStamps&) const = default;
};

struct ServiceControl {
  ServiceAction action = ServiceAction::kReset;
  std::optional<std::string> register_call_id;
  VersionStamps stamps;                          // of check-version and apply-config
  ConfigResult result = ConfigResult::kApplied;  // of apply-config
  std::string load;                              // FirmwareLoadId, likewise
};

// Lines "key=value", each value perhaps in braces; keys in any case, unknown ones do not matter. INVALID_ARGUMENT, as
// the sender is to read it, for a text that is too large, a line that is none, a key that says two things, an action
// that is unknown, and one without what belongs to it.
absl::StatusOr<ServiceControl> read_service_control(std::string_view text);

// A stamp without the braces that some files have around it too.
std::string_view bare_stamp(std::string_view stamp);
// "0-0000000000": whoever sends it has no such file any more, so every other one is old.
bool is_zero_stamp(std::string_view stamp);

}  // namespace phone::signaling
