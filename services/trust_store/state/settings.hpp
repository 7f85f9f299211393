// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The part of the policy that this process follows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/tls/policy.hpp"
#include "services/trust_store/peers/tvs_job.hpp"

namespace phone::trust {

inline constexpr std::size_t kMostTvsServers = 5;  // cisco-formats.md C2

struct Settings {
  bool fips = false;
  tls::Policy tls;                             // of the connections to TVS
  std::vector<TvsServer> tvs;                  // in order
  std::string device_name;                     // "SEP0A1B2C3D4E5F"
  bool locked = false;                         // settings must not be changed at the phone
  std::vector<std::string> srst_certificates;  // DER, as the configuration has them
  bool operator==(const Settings&) const = default;
};

}  // namespace phone::trust
