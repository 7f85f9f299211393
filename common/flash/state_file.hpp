// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// State files that nothing else vouches for: a checksum detects damage by flash.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace phone::flash {

// As write(), with the checksum in a first line.
absl::Status write_state(const std::filesystem::path& file, std::string_view content);

// The bytes that write_state() was given. Nothing without a file, or when it is not whole: not one byte of it is
// believed then, and the log says so.
std::optional<std::string> read_state(const std::filesystem::path& file, std::size_t limit);

}  // namespace phone::flash
