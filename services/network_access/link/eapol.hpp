// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/network_access/link/mac.hpp"

// The four fields of an EAPOL frame that the phone looks at (IEEE 802.1X-2010 section 11, RFC 3748 section 4).
// Everything else of it passes unread.
namespace phone::network {

enum class EapolType : std::uint8_t { kEapPacket = 0, kStart = 1, kLogoff = 2, kKey = 3 };
enum class EapCode : std::uint8_t { kRequest = 1, kResponse = 2, kSuccess = 3, kFailure = 4 };
inline constexpr std::uint8_t kEapIdentity = 1;

struct EapolFrame {
  Mac destination{}, source{};
  EapolType type = EapolType::kEapPacket;
  // Of an EAP packet; code 0 for other frames and for one too short to be EAP.
  std::uint8_t code = 0, identifier = 0, method = 0;
};

// An Ethernet frame with EAPOL inside. Nothing for anything else: another protocol, a source that is a group, a length
// that the frame does not have, a type beyond those above.
std::optional<EapolFrame> parse_eapol(std::string_view frame);

// EAPOL-Logoff on behalf of `station`, 60 bytes.
std::string logoff_frame(const Mac& station);

}  // namespace phone::network
