// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/network_access/link/lease.hpp"

namespace phone::network {

struct ProvisioningServers {
  std::vector<std::string> servers;  // in order, at most two are used (cisco-formats.md E1)
  std::string source;                // "alternate", "option 150", "option 66", "option 43"; empty: none
  friend bool operator==(const ProvisioningServers&, const ProvisioningServers&) = default;
};

// The alternate server set by hand wins, then option 150, then option 66, then the vendor's option.
ProvisioningServers choose(const std::vector<std::string>& alternate, const std::optional<Lease>& lease);

// "10.0.0.1,cucm.example": INVALID_ARGUMENT for an invalid host.
absl::StatusOr<std::vector<std::string>> parse_alternate(std::string_view text);

}  // namespace phone::network
