// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string_view>

namespace phone::signaling {

// How far the phone is with what a call manager has ordered of its configuration or its registration.
enum class RestartState : uint8_t {
  kNone,         // Nothing was ordered.
  kFetching,     // The configuration is being fetched; calls and the registration are as they were.
  kArriving,     // It was fetched; the policy made of it is on its way to this process.
  kWaiting,      // What is left ends the registration, which waits until there is no call.
  kRegistering,  // The registration is being ended, and the next one made.
};

enum class RestartEvent : uint8_t {
  kOrdered,     // another order while one is under way begins with its fetch
  kFetched,     // the fetch has ended, whatever came of it
  kArrived,     // the policy is here, or was not seen in time
  kUnaffected,  // what was fetched needs no other registration, and none was ordered
  kIdle,        // there is no call
  kDone,        // the registration was begun anew
};

// An event that means nothing in a state leaves it as it is.
RestartState next(RestartState state, RestartEvent event);
std::string_view name_of(RestartState state);

}  // namespace phone::signaling
