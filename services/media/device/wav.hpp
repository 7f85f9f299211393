// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// wav.hpp -- 16-bit PCM in RIFF.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace phone::media {

inline constexpr size_t kWavHeaderOctets = 44;
inline constexpr size_t kMaxWavOctets = 32 << 20;  // of a file that is read

struct Wav {
  uint32_t rate = 0;
  std::vector<int16_t> samples;  // the first channel
};
// INVALID_ARGUMENT for anything but 16-bit PCM of 1 or 2 channels at 8 to 48 kHz.
absl::StatusOr<Wav> parse_wav(std::string_view bytes);
std::array<uint8_t, kWavHeaderOctets> wav_header(uint32_t rate, uint32_t samples);

}  // namespace phone::media
