// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <variant>

#include "services/media/stream_state.hpp"
#include "services/media/tone/tone.hpp"

namespace phone::media {

struct StreamStateChanged {
  std::string stream;
  StreamState from = StreamState::kOpened;
  StreamState to = StreamState::kOpened;
  std::string cause;
};
struct StreamGainedFocus {
  std::string stream;
};
struct StreamLostFocus {
  std::string stream;
  std::string taken_by;  // a stream
};
struct StreamReleasedFocus {
  std::string stream;
};
struct StreamSecurityChanged {
  std::string stream;
  bool sending_encrypted = false;
  bool receiving_encrypted = false;
};
struct TonePlayed {
  std::string stream;  // empty: none
  Tone tone = Tone::kNone;
};
using MediaEvent = std::variant<StreamStateChanged, StreamGainedFocus, StreamLostFocus, StreamReleasedFocus,
                                StreamSecurityChanged, TonePlayed>;

}  // namespace phone::media
