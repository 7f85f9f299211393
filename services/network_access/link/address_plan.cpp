// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/address_plan.hpp"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <array>

#include "services/network_access/link/lease_routes.hpp"
#include "services/network_access/link/netlink_message.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kMost = 64;  // addresses, routes

void apply_address(std::string_view body, int port, KernelState& state) {
  const auto info = netlink::read<ifaddrmsg>(body);
  if (!info || info->ifa_family != AF_INET || static_cast<int>(info->ifa_index) != port) return;
  auto found = netlink::attributes_after<ifaddrmsg>(body);
  const Ipv4 address = ipv4_at(found.contains(IFA_LOCAL) ? found[IFA_LOCAL] : found[IFA_ADDRESS]);
  if (address != 0 && state.addresses.size() < kMost) state.addresses.push_back({address, info->ifa_prefixlen});
}

void apply_route(std::string_view body, int port, KernelState& state) {
  const auto info = netlink::read<rtmsg>(body);
  if (!info || info->rtm_family != AF_INET || info->rtm_protocol != RTPROT_DHCP || info->rtm_type != RTN_UNICAST ||
      info->rtm_table != RT_TABLE_MAIN || info->rtm_dst_len > 32) {
    return;
  }
  auto found = netlink::attributes_after<rtmsg>(body);
  if (netlink::read<int>(found[RTA_OIF]).value_or(0) != port || state.routes.size() == kMost) return;
  state.routes.push_back(
      {.destination = ipv4_at(found[RTA_DST]), .prefix = info->rtm_dst_len, .gateway = ipv4_at(found[RTA_GATEWAY])});
}

bool within(const Route& route, Ipv4 address) {
  return InterfaceAddress{.address = route.destination, .prefix = route.prefix}.contains(address);
}

}  // namespace

WantedState wanted_by(const Lease& lease) {
  WantedState wanted{.address = {ipv4_of(lease.address).value_or(0), lease.prefix}, .routes = lease.routes};
  // The route to its own network comes with the address.
  std::erase_if(wanted.routes, [&own = wanted.address](const Route& route) {
    return route.gateway == 0 && route.prefix == own.prefix && own.contains(route.destination);
  });
  return wanted;
}

std::vector<KernelStep> plan(const KernelState& now, const std::optional<WantedState>& wanted,
                             const std::vector<Ipv4>& ours, bool promotes) {
  std::vector<KernelStep> add, remove, steps;
  bool within_one_network = false;
  const InterfaceAddress own = wanted ? wanted->address : InterfaceAddress{};
  const bool there =
      wanted && std::find(now.addresses.begin(), now.addresses.end(), wanted->address) != now.addresses.end();
  if (wanted && !there) add.emplace_back(AddAddress{wanted->address});
  for (const InterfaceAddress& one : now.addresses) {
    const bool old = std::find(ours.begin(), ours.end(), one.address) != ours.end();
    const bool same = wanted && one.address == wanted->address.address;  // with another mask
    if ((!old && !same) || (wanted && one == wanted->address)) continue;
    remove.emplace_back(DeleteAddress{one});
    within_one_network = within_one_network || (wanted && one.prefix == own.prefix && own.contains(one.address));
  }
  const bool break_first = within_one_network && !promotes;
  for (auto* part : break_first ? std::array{&remove, &add} : std::array{&add, &remove}) {
    steps.insert(steps.end(), part->begin(), part->end());
  }
  // Deleting an address takes its routes along.
  const bool fresh = !steps.empty();
  std::vector<Route> routes = wanted ? wanted->routes : std::vector<Route>();
  for (const Route& route : now.routes) {
    if (std::find(routes.begin(), routes.end(), route) == routes.end()) steps.emplace_back(DeleteRoute{route});
  }
  if (!now.up) return steps;  // the kernel takes no route for a port that is switched off
  for (const Route& route : routes) {
    if (!fresh && std::find(now.routes.begin(), now.routes.end(), route) != now.routes.end()) continue;
    const bool reached = route.gateway == 0 || own.contains(route.gateway) ||
                         std::any_of(routes.begin(), routes.end(), [&](const Route& other) {
                           return other.gateway == 0 && within(other, route.gateway);
                         });
    steps.emplace_back(AddRoute{.route = route, .source = own.address, .onlink = !reached});
  }
  return steps;
}

void apply_dump(std::string_view datagram, int port, KernelState& state) {
  netlink::messages(datagram, [&](int type, std::string_view body) {
    if (type == RTM_NEWADDR) apply_address(body, port, state);
    if (type == RTM_NEWROUTE) apply_route(body, port, state);
    if (type != RTM_NEWLINK) return;
    const auto info = netlink::read<ifinfomsg>(body);
    if (info && info->ifi_index == port) state.up = (info->ifi_flags & IFF_UP) != 0;
  });
}

}  // namespace phone::network
