// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/network_access/link/mac.hpp"

// Cisco Discovery Protocol, as far as a phone needs it: the switch and its voice VLAN, and the frame by which the phone
// introduces itself and asks for that VLAN. There is no public specification; the numbers are those of Wireshark and
// lldpd. lldpd itself leaves the voice VLAN unread (decisions/2026-11-26-link-facts.md).
namespace phone::network {

enum class CdpTlv : std::uint16_t {
  kDeviceId = 0x0001,
  kAddresses = 0x0002,
  kPortId = 0x0003,
  kCapabilities = 0x0004,
  kSoftware = 0x0005,
  kPlatform = 0x0006,
  kVoipVlanReply = 0x000e,
  kVoipVlanQuery = 0x000f,
};

enum class CdpCapability : std::uint32_t { kHost = 0x10, kPhone = 0x80, kTwoPortRelay = 0x400 };

struct CdpNeighbour {
  Mac source{};
  std::string device, port, platform;  // printable
  unsigned voice_vlan = 0;             // 1 to 4094; 0: none, or voice goes untagged
  std::chrono::seconds hold{0};        // for how long this holds; 0: it is leaving
  friend bool operator==(const CdpNeighbour&, const CdpNeighbour&) = default;
};

// An Ethernet frame. NOT_FOUND for one of another protocol, which is none of CDP's business; INVALID_ARGUMENT with the
// reason for one that is set aside (decisions/2026-11-29-frames-set-aside.md): a length that the frame or an element
// does not have, a wrong checksum, an element twice with two contents, a VLAN out of range, no name.
absl::StatusOr<CdpNeighbour> parse_cdp(std::string_view frame);

// "SEP0A1B2C3D4E5F", as call managers and switches know a phone.
std::string name_of(const Mac& mac);

struct CdpSelf {
  Mac source{};
  std::string device, platform, software;
  std::string port = "Port 1";
  bool two_ports = false;
};
// Version 2. `leaving`: the other side forgets us at once.
std::string cdp_frame(const CdpSelf& self, bool leaving = false);

}  // namespace phone::network
