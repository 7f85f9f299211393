// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>

#include "absl/status/status.h"
#include "common/mesh/process/paths.hpp"

namespace phone::network {

struct Dhcp {
  std::filesystem::path client, script, run_dir;
};

// Entered before this process reads its first hostile byte; `supplicant`: the directory of
// wpa_supplicant's sockets, `lldp`: lldpd's own. The DHCP client and its script are held by this as well. The unit
// takes away the rest.
absl::Status enter_sandbox(const mesh::Paths& paths, const Dhcp& dhcp, const std::filesystem::path& supplicant,
                           const std::filesystem::path& lldp);

}  // namespace phone::network
