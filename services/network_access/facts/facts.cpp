// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/facts/facts.hpp"

namespace phone::network {

Facts update(const Facts& held, const LinkObservation& seen, const std::vector<std::string>& alternate) {
  Facts facts = held;
  facts.link_up = seen.link.up;
  facts.speed_megabits = seen.link.up ? seen.speed_megabits : 0;
  facts.hardware_address = seen.link.hardware_address;
  facts.addresses = seen.link.addresses;
  if (seen.lease || !alternate.empty()) facts.provisioning = choose(alternate, seen.lease);
  if (seen.lease) {
    facts.domain = seen.lease->domain;
    facts.dns = seen.lease->dns;
    facts.dhcp_server = seen.lease->server;
    facts.dhcp_left_out = seen.lease->left_out;
  }
  if (!(facts == held)) ++facts.version;
  return facts;
}

}  // namespace phone::network
