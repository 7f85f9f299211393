// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/control/restart_state.hpp"

namespace phone::signaling {

RestartState next(RestartState state, RestartEvent event) {
  using enum RestartState;
  switch (event) {
    case RestartEvent::kOrdered:
      return kFetching;
    case RestartEvent::kFetched:
      return state == kFetching ? kArriving : state;
    case RestartEvent::kArrived:
      return state == kArriving ? kWaiting : state;
    case RestartEvent::kUnaffected:
      return state == kArriving ? kNone : state;
    case RestartEvent::kIdle:
      return state == kWaiting ? kRegistering : state;
    case RestartEvent::kDone:
      return state == kRegistering ? kNone : state;
  }
  return state;
}

std::string_view name_of(RestartState state) {
  switch (state) {
    case RestartState::kNone:
      return "none";
    case RestartState::kFetching:
      return "fetching the configuration";
    case RestartState::kArriving:
      return "configuration fetched";
    case RestartState::kWaiting:
      return "waiting for the end of all calls";
    case RestartState::kRegistering:
      return "registering anew";
  }
  return "";
}

}  // namespace phone::signaling
