// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/codec/g711.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace phone::media {
namespace {

constexpr int kBias = 0x84;
constexpr int kClip = 32635;

constexpr int16_t expand_ulaw(uint8_t code) {
  const int inverted = ~code & 0xff;
  const int magnitude = ((((inverted & 0x0f) << 3) + kBias) << ((inverted & 0x70) >> 4)) - kBias;
  return static_cast<int16_t>((inverted & 0x80) != 0 ? -magnitude : magnitude);
}

constexpr int16_t expand_alaw(uint8_t code) {
  const int inverted = code ^ 0x55;
  const int segment = (inverted & 0x70) >> 4;
  int magnitude = ((inverted & 0x0f) << 4) + 8;
  if (segment > 0) magnitude = (magnitude + 0x100) << (segment - 1);
  return static_cast<int16_t>((inverted & 0x80) != 0 ? magnitude : -magnitude);
}

constexpr auto kUlaw = [] {
  std::array<int16_t, 256> table{};
  for (size_t i = 0; i < table.size(); ++i) table[i] = expand_ulaw(static_cast<uint8_t>(i));
  return table;
}();

constexpr auto kAlaw = [] {
  std::array<int16_t, 256> table{};
  for (size_t i = 0; i < table.size(); ++i) table[i] = expand_alaw(static_cast<uint8_t>(i));
  return table;
}();

int segment_of(int value) { return static_cast<int>(std::bit_width(static_cast<unsigned>(value))) - 8; }

}  // namespace

uint8_t to_ulaw(int16_t sample) {
  const int sign = sample < 0 ? 0x80 : 0;
  const int magnitude = std::min(sample < 0 ? -int{sample} : int{sample}, kClip) + kBias;
  const int segment = segment_of(magnitude);
  return static_cast<uint8_t>(~(sign | segment << 4 | ((magnitude >> (segment + 3)) & 0x0f)));
}

int16_t from_ulaw(uint8_t code) { return kUlaw[code]; }

uint8_t to_alaw(int16_t sample) {
  const int sign = sample >= 0 ? 0x80 : 0;
  const int magnitude = sample >= 0 ? sample : -int{sample} - 1;
  const int segment = std::max(segment_of(magnitude), 0);
  const int low = segment == 0 ? magnitude >> 4 : magnitude >> (segment + 3);
  return static_cast<uint8_t>((sign | segment << 4 | (low & 0x0f)) ^ 0x55);
}

int16_t from_alaw(uint8_t code) { return kAlaw[code]; }

}  // namespace phone::media
