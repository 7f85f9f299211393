// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string_view>

namespace phone::signaling {

// A copy of a call's sound for the call manager (cucm-calls.md 2.10).
enum class ForkState : uint8_t {
  kOpening,    // media is asked for a port
  kAnswering,  // media is asked whether it agrees, before the INVITE is answered
  kQuiet,      // answered; nothing is copied
  kRunning,    // the sound is copied
  kEnded,
};

enum class ForkEvent : uint8_t {
  kOpened,   // media has a port
  kStarted,  // media copies the sound from now on
  kPaused,   // media agreed to copy nothing (any more)
  kOver,
};

// An event that means nothing in a state leaves it as it is.
ForkState next(ForkState state, ForkEvent event);
std::string_view name_of(ForkState state);

}  // namespace phone::signaling
