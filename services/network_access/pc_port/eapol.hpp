// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The four fields of an EAPOL frame that the phone looks at (IEEE 802.1X-2010 section 11, RFC 3748 section 4).
// Everything else of it passes unread.
namespace phone::network {

using Mac = std::array<std::uint8_t, 6>;
inline constexpr Mac kPaeGroup = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x03};
inline constexpr std::uint16_t kEtherTypePae = 0x888e;

enum class EapolType : std::uint8_t { kEapPacket = 0, kStart = 1, kLogoff = 2, kKey = 3 };
enum class EapCode : std::uint8_t { kRequest = 1, kResponse = 2, kSuccess = 3, kFailure = 4 };
inline constexpr std::uint8_t kEapIdentity = 1;

struct EapolFrame {
  Mac destination{}, source{};
  EapolType type = EapolType::kEapPacket;
  // Of an EAP packet; code 0 when it is none, or too short to be one.
  std::uint8_t code = 0, identifier = 0, method = 0;
};

// An Ethernet frame with EAPOL inside. Nothing for anything else: another protocol, a source that is a group, a length
// that the frame does not have, a type beyond those above.
std::optional<EapolFrame> parse_eapol(std::string_view frame);

// EAPOL-Logoff on behalf of `station`, 60 bytes.
std::string logoff_frame(const Mac& station);

std::string text_of(const Mac& mac);  // "0a:1b:2c:3d:4e:5f"
std::optional<Mac> mac_of(std::string_view text);

}  // namespace phone::network
