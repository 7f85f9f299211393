// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>

#include "services/network_access/link/dhcp_facts.hpp"
#include "services/network_access/link/lease.hpp"
#include "services/network_access/link/link_facts.hpp"

namespace phone::network {

// An observation of the link driver.
struct LinkObservation {
  LinkFacts link;
  unsigned speed_megabits = 0;
  std::optional<Lease> lease;  // in force
  DhcpFacts dhcp;
};

}  // namespace phone::network
