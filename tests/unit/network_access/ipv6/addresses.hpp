// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "services/network_access/ipv6/ipv6_values.hpp"

// Addresses as the tests of this directory use them.
namespace phone::network {

// 2001::x
inline Ipv6 address(std::uint8_t last) {
  Ipv6 made{};
  made[0] = 0x20;
  made[1] = 0x01;
  made[15] = last;
  return made;
}

// fe80::x
inline Ipv6 router(std::uint8_t last) {
  Ipv6 made = address(last);
  made[0] = 0xfe;
  made[1] = 0x80;
  return made;
}

inline std::string octets(const Ipv6& one) { return {one.begin(), one.end()}; }

}  // namespace phone::network
