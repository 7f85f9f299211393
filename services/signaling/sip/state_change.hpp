// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace phone::signaling {

// One change of a state machine, for the log.
struct StateChange {
  std::string subject;  // "registration with cucm1", "call-1a2b3c4d"
  std::string_view from, to;
  std::string cause;
};
using StateObserver = std::function<void(const StateChange&)>;

}  // namespace phone::signaling
