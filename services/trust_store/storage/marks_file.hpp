// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The marks on flash: checksummed and twice, so that one damaged copy costs nothing.
#pragma once

#include <filesystem>

#include "absl/status/status.h"
#include "services/trust_store/state/storage_port.hpp"

namespace phone::trust {

LoadedMarks load_marks(const std::filesystem::path& directory);
absl::Status store_marks(const std::filesystem::path& directory, const Marks& marks);
// leave() for those on flash.
absl::Status leave_marks(const std::filesystem::path& directory);

}  // namespace phone::trust
