// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/device/echo_canceller.hpp"

#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>

#include <algorithm>

namespace phone::media {
namespace {

constexpr int kFrame = static_cast<int>(kFrameSamples);
constexpr int kTail = static_cast<int>(kAudioRate) * EchoCanceller::kTailMs / 1000;

}  // namespace

void EchoCanceller::Free::operator()(SpeexEchoState_* state) const { speex_echo_state_destroy(state); }
void EchoCanceller::Free::operator()(SpeexPreprocessState_* state) const { speex_preprocess_state_destroy(state); }

EchoCanceller::EchoCanceller()
    : echo_(speex_echo_state_init(kFrame, kTail)),
      noise_(speex_preprocess_state_init(kFrame, static_cast<int>(kAudioRate))) {
  auto rate = static_cast<spx_int32_t>(kAudioRate);
  speex_echo_ctl(echo_.get(), SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
  speex_preprocess_ctl(noise_.get(), SPEEX_PREPROCESS_SET_ECHO_STATE, echo_.get());
}

void EchoCanceller::cancel(std::span<int16_t> microphone, std::span<const int16_t> loudspeaker) {
  speex_echo_cancellation(echo_.get(), microphone.data(), loudspeaker.data(), cleaned_.data());
  speex_preprocess_run(noise_.get(), cleaned_.data());
  std::copy(cleaned_.begin(), cleaned_.end(), microphone.begin());
}

void EchoCanceller::reset() { speex_echo_state_reset(echo_.get()); }

}  // namespace phone::media
