// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "services/network_access/link/dhcp_machine.hpp"

namespace phone::network {

// Where the phone stands with DHCP, as people and other services see it.
enum class LeaseState : std::uint8_t {
  kOff,  // DHCP is not used
  kNoLink,
  kAsking,          // no server has answered yet
  kChecking,        // an address was granted; does another device have it?
  kConflict,        // another device has it; asked again after a pause
  kHeld,            // in force
  kHeldNoServer,    // in force, but no option of it names a provisioning server
  kUnconfirmed,     // in force, but its server does not answer (T1 has passed) or the link is down
  kAddressMissing,  // in force, but the kernel does not have the address
};

struct DhcpFacts {
  LeaseState state = LeaseState::kOff;
  std::optional<HeldLease> held;
  std::vector<std::string> missing_options;  // that would name provisioning servers; of the lease in force
  std::vector<std::string> failures;         // of the kernel's to do what the lease says
  std::deque<DhcpStep> story;                // oldest first
  friend bool operator==(const DhcpFacts&, const DhcpFacts&) = default;
};

LeaseState lease_state(DhcpState state, const std::optional<HeldLease>& held, bool address_there);

}  // namespace phone::network
