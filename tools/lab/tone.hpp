// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Is there this tone in these samples? Goertzel, so that no FFT library is needed.
#pragma once

#include <span>

#include <cstdint>

namespace phone::lab {

struct Tone {
  double hz = 0;  // strongest frequency within 3 % of the one asked for
  double level_dbfs = -120;
  double purity = 0;  // its share of all the power, 0..1
};

Tone measure_tone(std::span<const int16_t> samples, unsigned rate, double hz);

}  // namespace phone::lab
