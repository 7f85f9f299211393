// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "services/signaling/call/call_port.hpp"

// What media answered, and what its streams really do.
namespace phone::signaling {

struct StreamOpened {
  std::string stream;
  uint16_t port = 0;
};
struct StreamRefused {
  std::string stream, reason;
};
// What was asked of media or of the resolver has been answered; `then` tells the list of calls.
struct PortAnswered {
  std::function<void()> then;
};
struct TonePlayed {
  std::string stream;
  Tone tone = Tone::kNone;
};
struct StreamsReported {
  std::string incarnation;  // of media: another one has begun anew
  std::vector<StreamReport> reports;
};

using StreamEvent = std::variant<StreamOpened, StreamRefused, PortAnswered, TonePlayed>;
using StreamObserver = std::function<void(StreamEvent)>;

}  // namespace phone::signaling
