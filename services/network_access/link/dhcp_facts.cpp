// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/dhcp_facts.hpp"

#include "services/network_access/link/provisioning_server.hpp"

namespace phone::network {

LeaseState lease_state(DhcpState state, const std::optional<HeldLease>& held, bool address_there) {
  if (state == DhcpState::kOff) return LeaseState::kOff;
  if (held && !address_there) return LeaseState::kAddressMissing;
  if (held && (state == DhcpState::kNoLink || state == DhcpState::kRenewing || state == DhcpState::kRebinding)) {
    return LeaseState::kUnconfirmed;
  }
  if (held) return worth(held->lease) < kWorthByOption ? LeaseState::kHeldNoServer : LeaseState::kHeld;
  switch (state) {
    case DhcpState::kNoLink:
      return LeaseState::kNoLink;
    case DhcpState::kChecking:
      return LeaseState::kChecking;
    case DhcpState::kDeclined:
      return LeaseState::kConflict;
    default:
      return LeaseState::kAsking;
  }
}

}  // namespace phone::network
