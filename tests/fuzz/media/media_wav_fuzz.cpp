// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <cstdint>
#include <string_view>

#include "services/media/device/wav.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)phone::media::parse_wav({reinterpret_cast<const char*>(data), size}).ok();
  return 0;
}
