// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Addresses and names as routers and DHCPv6 servers write them.
namespace phone::network {

using Ipv6 = std::array<std::uint8_t, 16>;

// The first 16 octets; all of them are there.
Ipv6 ipv6_at(std::string_view octets);
std::string text_of(const Ipv6& address);  // "2001:db8::1"
bool is_link_local(const Ipv6& address);   // fe80::/10
// A host could have it, here or beyond the link: not ::, ::1, multicast or an IPv4-mapped address.
bool usable(const Ipv6& address);
// "fe80::1%eth0", without the port for addresses that hold everywhere.
std::string text_on(const Ipv6& address, const std::string& port);

// Those of a list of 16 octets each that are usable, at most `most`; nothing when the size is no multiple of 16.
std::vector<Ipv6> addresses_in(std::string_view octets, std::size_t most);
// Domain names as RFC 1035 section 3.1 writes them, without compression (RFC 8415 section 10), at most `most`. Zeros
// behind them are padding (RFC 8106 section 5.2). Names that are not host names are left out; a label that does not fit
// ends the reading.
std::vector<std::string> domain_names_in(std::string_view octets, std::size_t most);

// A number of `size` octets in network order at `at`; all of them are there.
std::uint32_t number_in(std::string_view octets, std::size_t at, std::size_t size);
// At most four octets.
void put_number(std::string& to, std::uint32_t value, std::size_t size);

}  // namespace phone::network
