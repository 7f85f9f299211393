// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>

#include "absl/status/status.h"
#include "common/mesh/process/paths.hpp"

namespace phone::network {

// What other programs have in the file system.
struct OthersFiles {
  std::filesystem::path supplicant;     // directory of wpa_supplicant's sockets
  std::filesystem::path lldp;           // lldpd's socket
  std::filesystem::path resolver_file;  // empty: none
  std::filesystem::path time_dir;       // for the system's time service
};
// Entered before this process reads its first hostile byte. The unit takes away the rest.
absl::Status enter_sandbox(const mesh::Paths& paths, const std::filesystem::path& run_dir, const OthersFiles& others);

}  // namespace phone::network
