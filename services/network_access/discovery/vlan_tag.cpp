// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/discovery/vlan_tag.hpp"

#include <linux/if_ether.h>

#include <algorithm>
#include <cstdint>

namespace phone::network {
namespace {

constexpr std::uint32_t kVlanBits = 0x0fff;
constexpr std::size_t kAddresses = 12;

}  // namespace

unsigned priority_of(std::string_view frame) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(frame[i])); };
  if (frame.size() < 16) return 0;
  const unsigned type = octet(12) << 8U | octet(13);
  unsigned traffic = 0;
  if (type == ETH_P_IP) traffic = octet(15);
  if (type == ETH_P_IPV6) traffic = (octet(14) & 0x0fU) << 4U | octet(15) >> 4U;
  return traffic >> 5U;  // EF is 101110
}

std::string tagged(std::string_view frame, unsigned vlan) {
  const unsigned tci = priority_of(frame) << 13U | (vlan & kVlanBits);
  std::string made(frame.substr(0, kAddresses));
  made.append({'\x81', '\x00', static_cast<char>(tci >> 8U), static_cast<char>(tci & 0xffU)});
  made.append(frame.substr(std::min(kAddresses, frame.size())));
  return made;
}

}  // namespace phone::network
