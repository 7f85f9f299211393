// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/provisioning_server.hpp"

#include "common/net/host.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kUsed = 2;

}  // namespace

ProvisioningServers choose(const std::vector<std::string>& alternate, const std::optional<Lease>& lease,
                           const ProvisioningServers& by_ipv6) {
  ProvisioningServers chosen;
  if (!alternate.empty()) {
    chosen = {alternate, "alternate"};
  } else if (lease && !lease->option_150.empty()) {
    chosen = {lease->option_150, "option 150"};
  } else if (lease && !lease->option_66.empty()) {
    chosen = {{lease->option_66}, "option 66"};
  } else if (lease && !lease->option_43.empty()) {
    chosen = {lease->option_43, "option 43"};
  } else if (!by_ipv6.servers.empty()) {
    chosen = by_ipv6;
  } else if (lease && !lease->next_server.empty()) {
    chosen = {{lease->next_server}, "siaddr"};
  } else if (lease && !lease->server_name.empty()) {
    chosen = {{lease->server_name}, "sname"};
  }
  if (chosen.servers.size() > kUsed) chosen.servers.resize(kUsed);
  return chosen;
}

int worth(const Lease& lease) {
  if (!lease.option_150.empty()) return kWorthMost;
  if (!lease.option_66.empty()) return kWorthMost - 1;
  if (!lease.option_43.empty()) return kWorthByOption;
  return lease.next_server.empty() && lease.server_name.empty() ? 0 : 1;
}

std::vector<std::string> missing_options(const Lease& lease) {
  std::vector<std::string> missing;
  if (lease.option_150.empty()) missing.emplace_back("option 150");
  if (lease.option_66.empty()) missing.emplace_back("option 66");
  if (lease.option_43.empty()) missing.emplace_back("option 43");
  return missing;
}

absl::StatusOr<std::vector<std::string>> parse_alternate(std::string_view text) {
  std::vector<std::string> servers;
  while (!text.empty()) {
    const std::size_t end = text.find(',');
    const std::string_view one = text.substr(0, end);
    if (!net::plain_host(one)) return absl::InvalidArgumentError("not a valid server: \"" + std::string(one) + "\"");
    servers.emplace_back(one);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return servers;
}

}  // namespace phone::network
