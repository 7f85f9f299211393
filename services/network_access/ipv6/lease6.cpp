// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/ipv6/lease6.hpp"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/net/host.hpp"

namespace phone::network {
namespace {

constexpr std::uint32_t kLeastRefresh = 600;  // RFC 8415 section 7.6: IRT_MINIMUM, in seconds
constexpr std::uint32_t kLeastValid = 8;

const char* name_of(Dhcp6Code code) {
  switch (code) {
    case Dhcp6Code::kSuccess:
      return "Success";
    case Dhcp6Code::kUnspecified:
      return "UnspecFail";
    case Dhcp6Code::kNoAddress:
      return "NoAddrsAvail";
    case Dhcp6Code::kNoBinding:
      return "NoBinding";
    case Dhcp6Code::kNotOnLink:
      return "NotOnLink";
    case Dhcp6Code::kUseMulticast:
      return "UseMulticast";
  }
  return "another status";
}

// The host of "tftp://[2001:db8::1]/SEP.cnf.xml"; empty for anything else.
std::string host_in(std::string_view url) {
  constexpr std::string_view kScheme = "tftp://";
  if (!absl::EqualsIgnoreCase(std::string(url.substr(0, kScheme.size())), std::string(kScheme))) return {};
  url.remove_prefix(kScheme.size());
  std::string_view host = url.substr(0, url.find('/'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return net::plain_host(host) ? std::string(host) : std::string();
}

// RFC 8415 section 21.4: T1 and T2 of 0 are ours to choose, in the proportions of section 14.2.
void read_times(const Dhcp6Association& association, const Dhcp6Address& address, Lease6& lease) {
  lease.preferred = address.preferred;
  lease.valid = address.valid;
  const std::uint32_t base = lease.preferred == 0 ? lease.valid : lease.preferred;
  if (base == Lease6::kForever) {
    lease.renewal = lease.rebinding = Lease6::kForever;
    return;
  }
  lease.renewal = base / 2;
  lease.rebinding = base - base / 5;
  if (association.rebinding != 0 && association.rebinding <= lease.valid) lease.rebinding = association.rebinding;
  if (association.renewal != 0 && association.renewal <= lease.rebinding) lease.renewal = association.renewal;
  lease.renewal = std::min(lease.renewal, lease.rebinding);
}

}  // namespace

std::string text_of(const Dhcp6Status& status) {
  return absl::StrCat(name_of(status.code), status.text.empty() ? "" : absl::StrCat(": \"", status.text, "\""));
}

absl::StatusOr<Lease6> lease6_of(const Dhcp6Message& message, bool wants_address) {
  if (message.status.code != Dhcp6Code::kSuccess) return absl::FailedPreconditionError(text_of(message.status));
  Lease6 lease;
  if (wants_address) {
    if (!message.association) return absl::InvalidArgumentError("it grants no address");
    if (message.association->status.code != Dhcp6Code::kSuccess) {
      return absl::FailedPreconditionError(text_of(message.association->status));
    }
    const auto& addresses = message.association->addresses;
    const auto first = std::find_if(addresses.begin(), addresses.end(),
                                    [](const Dhcp6Address& one) { return one.valid >= kLeastValid; });
    if (first == addresses.end()) return absl::InvalidArgumentError("no address that it grants can be used");
    lease.address = first->address;
    read_times(*message.association, *first, lease);
  } else if (message.refresh) {
    lease.renewal = lease.rebinding = std::max(*message.refresh, kLeastRefresh);
  }
  lease.dns = message.dns;
  if (!message.domains.empty()) lease.domain = message.domains.front();
  for (const Ipv6& server : message.tftp_servers) {
    if (!is_link_local(server)) lease.servers.push_back(text_of(server));
  }
  if (!lease.servers.empty()) {
    lease.source = "DHCPv6 option 17";
  } else if (std::string host = host_in(message.boot_file); !host.empty()) {
    lease.servers.push_back(std::move(host));
    lease.source = "DHCPv6 option 59";
  }
  return lease;
}

int worth(const Lease6& lease) {
  if (lease.servers.empty()) return 0;
  return lease.source == "DHCPv6 option 17" ? 2 : 1;
}

}  // namespace phone::network
