// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The part of the policy that this process lives by, kept on its own flash so that a restart does not wait for anybody.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/tls/policy.hpp"
#include "services/trust_store/peers/tvs_job.hpp"

namespace phone::trust {

inline constexpr std::size_t kMostTvsServers = 5;  // cisco-formats.md C2

struct Settings {
  bool fips = false;
  tls::Policy tls;             // of the connections to TVS
  std::vector<TvsServer> tvs;  // in order
  std::string device_name;     // "SEP0A1B2C3D4E5F"
  bool locked = false;         // nobody may change settings at the phone
  bool operator==(const Settings&) const = default;
};

// The defaults when there is none or it cannot be read.
Settings load_settings(const std::filesystem::path& directory);
absl::Status store_settings(const std::filesystem::path& directory, const Settings& settings);

}  // namespace phone::trust
