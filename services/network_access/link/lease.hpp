// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/network_access/link/dhcp_message.hpp"

// What a DHCP server grants or offers, judged value by value.
namespace phone::network {

// An address of an interface, and the network that it is in.
struct InterfaceAddress {
  Ipv4 address = 0;
  unsigned prefix = 32;
  Ipv4 mask() const { return prefix == 0 ? 0 : ~Ipv4{0} << (32 - prefix); }
  bool contains(Ipv4 other) const { return ((address ^ other) & mask()) == 0; }
  // The network itself or its broadcast address (RFC 3021: a /31 has neither).
  bool is_reserved(Ipv4 other) const {
    return prefix < 31 && contains(other) && ((other & ~mask()) == 0 || (other & ~mask()) == ~mask());
  }
  friend bool operator==(const InterfaceAddress&, const InterfaceAddress&) = default;
};

struct Route {
  Ipv4 destination = 0;  // with a prefix of 0: the default route
  unsigned prefix = 0;
  Ipv4 gateway = 0;  // 0: the destination is on the link
  friend bool operator==(const Route&, const Route&) = default;
};
// "default via 10.0.0.1", "10.2.0.0/16 via 10.0.0.9", "10.0.0.1/32 on the link".
std::string text_of(const Route& route);

struct Lease {
  static constexpr std::uint32_t kForever = 0xffffffff;  // RFC 2131 section 3.3

  std::string address;  // IPv4
  unsigned prefix = 0;
  std::string server;  // that granted it
  std::string domain;
  std::vector<std::string> dns;
  std::vector<std::string> ntp;                    // IPv4 addresses, in order
  std::vector<std::string> option_150;             // IPv4 addresses, in order
  std::string option_66;                           // one name or address
  std::vector<std::string> option_43;              // servers named inside the vendor's option: addresses, or one name
  std::string next_server;                         // siaddr; an address
  std::string server_name;                         // sname
  std::vector<Route> routes;                       // on-link ones first
  std::uint32_t seconds = 3600;                    // lease time; kForever: it never ends
  std::uint32_t renewal = 1800, rebinding = 3150;  // T1 and T2, in seconds; below `seconds`
  // Values that are not used, each with its option and the reason, for people; printable ASCII.
  std::vector<std::string> left_out;
  friend bool operator==(const Lease&, const Lease&) = default;
};

// Each option is judged by itself: an invalid one is left out, and `left_out` says which and why.
// INVALID_ARGUMENT without an address or with an invalid mask (no mask at all: /32).
// Routes are those of option 121, and only without it the first usable router of option 3 (RFC 3442).
absl::StatusOr<Lease> lease_of(const DhcpMessage& message);

}  // namespace phone::network
