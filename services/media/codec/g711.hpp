// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// g711.hpp -- mu-law and A-law (ITU-T G.711).
#pragma once

#include <cstdint>
#include <span>

namespace phone::media {

uint8_t to_ulaw(int16_t sample);
int16_t from_ulaw(uint8_t code);
uint8_t to_alaw(int16_t sample);
int16_t from_alaw(uint8_t code);

}  // namespace phone::media
