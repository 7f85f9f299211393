// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/rpc/network_rpc.hpp"

#include <algorithm>

#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr std::string_view kDefaultRoute = "default via ";

uint32_t status_of(bool used, bool in_force) { return !used ? 0 : in_force ? 1 : 2; }

}  // namespace

PhoneNetwork to_network(const network::v1::NetworkFacts& facts) {
  PhoneNetwork network;
  for (const std::string& address : facts.address()) {
    std::string& place = address.find(':') == std::string::npos ? network.ipv4 : network.ipv6;
    if (place.empty()) place = address;
  }
  const auto& lease = facts.dhcp();
  if (!network.ipv4.empty() && lease.address() == network.ipv4 && lease.prefix_length() > 0)
    network.ipv4 += cat("/", lease.prefix_length());
  for (const std::string& route : lease.route()) {
    if (starts_with(route, kDefaultRoute)) network.ipv4_gateway = route.substr(kDefaultRoute.size());
  }
  if (facts.ipv6().router_size() > 0) network.ipv6_gateway = facts.ipv6().router(0);
  network.neighbour_device = text::clean(facts.neighbour().system());
  network.neighbour_port = text::clean(facts.neighbour().port());
  network.voice_vlan = facts.voice_vlan_in_force();
  const bool dhcp = facts.has_dhcp() && lease.state() != network::v1::LEASE_STATE_OFF &&
                    lease.state() != network::v1::LEASE_STATE_UNSPECIFIED;
  network.dhcp4_status = status_of(dhcp, !lease.address().empty());
  const bool six = facts.has_ipv6() && facts.ipv6().state() != network::v1::IPV6_STATE_OFF &&
                   facts.ipv6().state() != network::v1::IPV6_STATE_UNSPECIFIED;
  network.dhcp6_status = status_of(six && facts.ipv6().step_size() > 0, !facts.ipv6().address().empty());
  return network;
}

}  // namespace phone::signaling
