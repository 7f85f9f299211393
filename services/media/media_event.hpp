// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <variant>

#include "services/media/stream_order.hpp"
#include "services/media/stream_state.hpp"
#include "services/media/tone/tone.hpp"
#include "services/media/user_sound.hpp"

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
struct StreamForked {  // or not any more
  std::string stream, of;
  ForkSound sound = ForkSound::kNearEnd;
  bool running = false, encrypted = false;
};
struct TonePlayed {
  std::string stream;  // empty: none
  Tone tone = Tone::kNone;
};
struct MicrophoneSwitched {
  bool muted = false;
};
struct SoundSettingsChanged {  // to be kept
  SoundSettings settings;
};
using MediaEvent =
    std::variant<StreamStateChanged, StreamGainedFocus, StreamLostFocus, StreamReleasedFocus, StreamSecurityChanged,
                 StreamForked, TonePlayed, MicrophoneSwitched, SoundSettingsChanged>;

}  // namespace phone::media
