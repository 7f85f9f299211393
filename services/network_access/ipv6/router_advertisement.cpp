// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/ipv6/router_advertisement.hpp"

namespace phone::network {
namespace {

constexpr std::uint8_t kSolicitation = 133, kAdvertisement = 134;
constexpr std::uint8_t kSourceAddress = 1, kDnsServers = 25, kDnsSearch = 31;
constexpr std::size_t kFixedPart = 16;
constexpr std::size_t kMostInOption = 4;  // addresses and names of an option, options of a kind

std::uint8_t octet_at(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

}  // namespace

absl::StatusOr<RouterAdvertisement> parse_router_advertisement(std::string_view icmp) {
  if (icmp.size() < kFixedPart) return absl::InvalidArgumentError("a router advertisement that is too short");
  if (octet_at(icmp, 0) != kAdvertisement || octet_at(icmp, 1) != 0) {
    return absl::InvalidArgumentError("not a router advertisement");
  }
  RouterAdvertisement found{.lifetime = std::chrono::seconds(number_in(icmp, 6, 2)),
                            .managed = (octet_at(icmp, 5) & 0x80U) != 0,
                            .other = (octet_at(icmp, 5) & 0x40U) != 0,
                            .dns = {},
                            .search = {}};
  for (std::string_view rest = icmp.substr(kFixedPart); !rest.empty();) {
    const std::size_t size = rest.size() < 2 ? 0 : std::size_t{octet_at(rest, 1)} * 8;
    if (size == 0 || size > rest.size()) {
      return absl::InvalidArgumentError("a router advertisement with an option that does not fit");
    }
    const std::string_view option = rest.substr(0, size);
    rest.remove_prefix(size);
    const auto lifetime = std::chrono::seconds(number_in(option, 4, 4));
    if (octet_at(option, 0) == kDnsServers && found.dns.size() < kMostInOption) {
      if (auto addresses = addresses_in(option.substr(8), kMostInOption); !addresses.empty()) {
        found.dns.push_back({.lifetime = lifetime, .addresses = std::move(addresses)});
      }
    } else if (octet_at(option, 0) == kDnsSearch && found.search.size() < kMostInOption) {
      if (auto names = domain_names_in(option.substr(8), kMostInOption); !names.empty()) {
        found.search.push_back({.lifetime = lifetime, .names = std::move(names)});
      }
    }
  }
  return found;
}

std::string router_solicitation(const Mac& own) {
  std::string message;
  put_number(message, kSolicitation, 1);
  message.append(7, '\0');  // code, checksum, reserved
  put_number(message, kSourceAddress, 1);
  put_number(message, 1, 1);  // in units of 8 octets
  message.append(own.begin(), own.end());
  return message;
}

}  // namespace phone::network
