// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// echo_canceller.hpp -- takes what the loudspeaker plays, and the noise of the room, out of what the microphone hears
// (speexdsp). Allocates when made, never after.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "services/media/tone/tone.hpp"

struct SpeexEchoState_;
struct SpeexPreprocessState_;

namespace phone::media {

class EchoCanceller {
 public:
  static constexpr int kTailMs = 200;  // of the device's own delay and the room's echo

  EchoCanceller();
  // Both of 20 ms: `microphone` in place, `loudspeaker` as it was just played.
  void cancel(std::span<int16_t> microphone, std::span<const int16_t> loudspeaker);
  // Another device, another room.
  void reset();

 private:
  struct Free {
    void operator()(SpeexEchoState_* state) const;
    void operator()(SpeexPreprocessState_* state) const;
  };
  std::unique_ptr<SpeexEchoState_, Free> echo_;
  std::unique_ptr<SpeexPreprocessState_, Free> noise_;
  std::array<int16_t, kFrameSamples> cleaned_{};
};

}  // namespace phone::media
