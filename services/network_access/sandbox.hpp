// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>

#include "absl/status/status.h"
#include "common/mesh/process/paths.hpp"

namespace phone::network {

// Entered before this process reads its first hostile byte; `supplicant`: the directory of
// wpa_supplicant's sockets, `lldp`: lldpd's own. The unit takes away the rest.
absl::Status enter_sandbox(const mesh::Paths& paths, const std::filesystem::path& run_dir,
                           const std::filesystem::path& supplicant, const std::filesystem::path& lldp,
                           const std::filesystem::path& resolver_file);

}  // namespace phone::network
