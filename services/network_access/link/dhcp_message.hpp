// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/network_access/link/mac.hpp"

// A DHCP message (RFC 2131 section 2) and the packets that carry it. All received bytes are hostile: every
// parser is total and bounded.
namespace phone::network {

// The IPv4 address in host order; 0: none.
using Ipv4 = std::uint32_t;
inline constexpr Ipv4 kBroadcast = 0xffffffff;
std::string text_of_ipv4(Ipv4 address);  // "10.0.0.1"
std::optional<Ipv4> ipv4_of(std::string_view text);
// Of the first four octets, in network order; 0 when there are fewer.
Ipv4 ipv4_at(std::string_view octets);
// A host could have it: not 0/8, 127/8, nor from 224/4 on.
bool usable(Ipv4 address);

// RFC 2132 section 9.6.
enum class DhcpType : std::uint8_t {
  kDiscover = 1,
  kOffer = 2,
  kRequest = 3,
  kDecline = 4,
  kAck = 5,
  kNak = 6,
};

// RFC 2132, RFC 3442 (121), RFC 5859 (150).
enum class DhcpOption : std::uint8_t {
  kMask = 1,
  kRouter = 3,
  kDns = 6,
  kDomain = 15,
  kTimeServers = 42,
  kVendor = 43,
  kRequestedAddress = 50,
  kLeaseTime = 51,
  kOverload = 52,
  kType = 53,
  kServer = 54,
  kParameters = 55,
  kMessage = 56,
  kMaxSize = 57,
  kRenewal = 58,
  kRebinding = 59,
  kClient = 61,
  kTftpName = 66,
  kClasslessRoutes = 121,
  kTftpServers = 150,
};

struct DhcpMessage {
  DhcpType type = DhcpType::kDiscover;
  bool reply = false;  // BOOTREPLY
  std::uint32_t transaction = 0;
  std::uint16_t seconds = 0;
  Ipv4 client = 0;          // ciaddr
  Ipv4 yours = 0;           // yiaddr
  Ipv4 next_server = 0;     // siaddr
  Mac hardware{};           // chaddr
  std::string server_name;  // sname, up to its first NUL; empty when it carries options (RFC 2132 section 9.3)
  // Contents of the options; of one that comes in parts, all together (RFC 3396).
  std::map<std::uint8_t, std::string> options;

  // Nothing when it is absent; an empty one is there.
  const std::string* option(DhcpOption which) const;
  // One address or number of four bytes.
  std::optional<std::uint32_t> number(DhcpOption which) const;
  void set(DhcpOption which, std::string content) { options[static_cast<std::uint8_t>(which)] = std::move(content); }
  void set_number(DhcpOption which, std::uint32_t value);
  friend bool operator==(const DhcpMessage&, const DhcpMessage&) = default;
};

// INVALID_ARGUMENT with the reason. What follows a broken option is not read; the options before it count.
absl::StatusOr<DhcpMessage> parse_dhcp(std::string_view bytes);
std::string encode(const DhcpMessage& message);

inline constexpr std::uint16_t kDhcpServerPort = 67;
inline constexpr std::uint16_t kDhcpClientPort = 68;

// The payload of an IPv4 packet from port 67 to port 68; empty for any other packet. Link padding is cut off. The UDP
// checksum is not looked at: on virtual ports it is not there yet (Ethernet has its own).
std::string_view dhcp_payload(std::string_view packet);
// An IPv4 packet from port 68 to port 67.
std::string dhcp_packet(Ipv4 from, Ipv4 to, std::string_view payload);

// ARP for IPv4 over Ethernet (RFC 826).
struct ArpPacket {
  bool request = true;
  Mac sender{};
  Ipv4 sender_address = 0;
  Mac target{};
  Ipv4 target_address = 0;
  friend bool operator==(const ArpPacket&, const ArpPacket&) = default;
};
std::optional<ArpPacket> parse_arp(std::string_view bytes);
std::string encode(const ArpPacket& packet);

}  // namespace phone::network
