// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/fork/fork_state.hpp"

namespace phone::signaling {

ForkState next(ForkState state, ForkEvent event) {
  using enum ForkState;
  if (state == kEnded) return state;
  switch (event) {
    case ForkEvent::kOpened:
      return state == kOpening ? kAnswering : state;
    case ForkEvent::kStarted:
      return state == kOpening ? state : kRunning;
    case ForkEvent::kPaused:
      return state == kOpening ? state : kQuiet;
    case ForkEvent::kOver:
      return kEnded;
  }
  return state;
}

std::string_view name_of(ForkState state) {
  switch (state) {
    case ForkState::kOpening:
      return "opening";
    case ForkState::kAnswering:
      return "answering";
    case ForkState::kQuiet:
      return "quiet";
    case ForkState::kRunning:
      return "running";
    case ForkState::kEnded:
      return "ended";
  }
  return "";
}

}  // namespace phone::signaling
