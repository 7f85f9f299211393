#pragma once

#include <filesystem>

#include "absl/status/status.h"
#include "common/mesh/paths.hpp"

namespace phone::network {

struct Dhcp {
  std::filesystem::path client, script, run_dir;
};

// The DHCP client and its script are held by this as well.
// What this process may still do, before it reads its first hostile byte. The unit takes away the rest.
absl::Status enter_sandbox(const mesh::Paths& paths, const Dhcp& dhcp);

}  // namespace phone::network
