// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/lease_routes.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace phone::network {
namespace {

constexpr std::size_t kMaxRoutes = 16;

bool is_gateway(Ipv4 address, const InterfaceAddress& own) {
  return usable(address) && address != own.address && !own.is_reserved(address);
}

// RFC 3442: prefix length, as many bytes of the destination as are significant, gateway.
std::optional<std::vector<Route>> classless_routes(std::string_view bytes) {
  std::vector<Route> routes;
  while (!bytes.empty()) {
    const unsigned prefix = static_cast<std::uint8_t>(bytes[0]);
    const std::size_t significant = (prefix + 7) / 8;
    if (prefix > 32 || bytes.size() < 1 + significant + 4) return std::nullopt;
    const Ipv4 destination = ipv4_at(std::string(bytes.substr(1, significant)) + std::string(4, '\0'));
    routes.push_back({.destination = destination & InterfaceAddress{.prefix = prefix}.mask(),
                      .prefix = prefix,
                      .gateway = ipv4_at(bytes.substr(1 + significant, 4))});
    bytes.remove_prefix(1 + significant + 4);
  }
  return routes;
}

std::vector<Route> usable_ones(const std::vector<Route>& named, const InterfaceAddress& own,
                               const LeaveOut& leave_out) {
  std::vector<Route> routes;
  std::size_t unusable = 0, too_many = 0;
  for (const Route& route : named) {
    const bool same = std::any_of(routes.begin(), routes.end(), [&](const Route& other) {
      return other.destination == route.destination && other.prefix == route.prefix;
    });
    const bool destination = route.prefix == 0 || usable(route.destination);
    if (same || !destination || (route.gateway != 0 && !is_gateway(route.gateway, own))) {
      ++unusable;
    } else if (routes.size() == kMaxRoutes) {
      ++too_many;
    } else {
      routes.push_back(route);
    }
  }
  if (unusable > 0) {
    leave_out(DhcpOption::kClasslessRoutes, absl::StrCat(unusable, " of ", named.size(), " are not usable routes"));
  }
  if (too_many > 0) {
    leave_out(DhcpOption::kClasslessRoutes,
              absl::StrCat(named.size(), " routes are named, the first ", kMaxRoutes, " are used"));
  }
  // Gateways may be reached by an on-link route of the same list.
  std::stable_partition(routes.begin(), routes.end(), [](const Route& route) { return route.gateway == 0; });
  return routes;
}

}  // namespace

std::string text_of(const Route& route) {
  const std::string to =
      route.prefix == 0 ? "default" : absl::StrCat(text_of_ipv4(route.destination), "/", route.prefix);
  return route.gateway == 0 ? absl::StrCat(to, " on the link") : absl::StrCat(to, " via ", text_of_ipv4(route.gateway));
}

std::vector<Route> routes_of(const DhcpMessage& message, const InterfaceAddress& own, const LeaveOut& leave_out) {
  if (const auto* classless = message.option(DhcpOption::kClasslessRoutes)) {
    if (const auto named = classless_routes(*classless); named && !named->empty()) {
      return usable_ones(*named, own, leave_out);
    }
    leave_out(DhcpOption::kClasslessRoutes, "it is not a list of routes");
  }
  const auto* routers = message.option(DhcpOption::kRouter);
  if (routers == nullptr) return {};
  if (routers->empty() || routers->size() % 4 != 0) {
    leave_out(DhcpOption::kRouter, "it is not a list of addresses");
    return {};
  }
  std::vector<Route> routes;
  std::size_t unusable = 0;
  for (std::size_t i = 0; i < routers->size(); i += 4) {
    const Ipv4 router = ipv4_at(std::string_view(*routers).substr(i, 4));
    if (!is_gateway(router, own)) {
      ++unusable;
    } else if (routes.empty()) {
      routes.push_back({.gateway = router});
    }
  }
  if (unusable > 0) {
    leave_out(DhcpOption::kRouter, absl::StrCat(unusable, " of ", routers->size() / 4, " are not usable addresses"));
  }
  return routes;
}

}  // namespace phone::network
