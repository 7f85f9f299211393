// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The marks on flash: checksummed and twice, so that one damaged copy costs nothing.
#pragma once

#include <filesystem>

#include "absl/status/status.h"
#include "services/trust_store/lists/freshness.hpp"

namespace phone::trust {

struct LoadedMarks {
  enum class Found { kWhole, kSpare, kNone };  // kNone: no copy can be believed, or there never was one
  Found found = Found::kNone;
  Marks marks;
};

LoadedMarks load_marks(const std::filesystem::path& directory);
absl::Status store_marks(const std::filesystem::path& directory, const Marks& marks);
// leave() for those on flash.
absl::Status leave_marks(const std::filesystem::path& directory);

}  // namespace phone::trust
