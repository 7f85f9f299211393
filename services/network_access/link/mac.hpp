// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Addresses and types of Ethernet frames that more than one protocol of the phone needs.
namespace phone::network {

using Mac = std::array<std::uint8_t, 6>;

inline constexpr Mac kPaeGroup = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x03};  // IEEE 802.1X-2010 table 11-1
inline constexpr Mac kCdpGroup = {0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcc};
inline constexpr Mac kLldpGroup = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e};  // IEEE 802.1AB table 7-1
inline constexpr std::uint16_t kEtherTypePae = 0x888e;

std::string text_of(const Mac& mac);  // "0a:1b:2c:3d:4e:5f"
std::optional<Mac> mac_of(std::string_view text);

}  // namespace phone::network
