// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// 16-bit mono WAV: written whole, and read while another program is still writing it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"

namespace phone::lab {

struct Sound {
  unsigned rate = 8000;
  std::vector<int16_t> samples;  // of the first channel
};

// Takes the data to the end of the file, whatever the header of an unfinished file says.
absl::StatusOr<Sound> read_wav(const std::filesystem::path& file);
absl::Status write_tone(const std::filesystem::path& file, double hz, double seconds, double level_dbfs);

}  // namespace phone::lab
