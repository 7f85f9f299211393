// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/network_access/ipv6/ipv6_values.hpp"
#include "services/network_access/link/mac.hpp"

// A DHCPv6 message between client and server (RFC 8415 section 8). All received bytes are hostile: the parser is total
// and bounded.
namespace phone::network {

// RFC 8415 section 7.3.
enum class Dhcp6Type : std::uint8_t {
  kSolicit = 1,
  kAdvertise = 2,
  kRequest = 3,
  kConfirm = 4,
  kRenew = 5,
  kRebind = 6,
  kReply = 7,
  kRelease = 8,
  kDecline = 9,
  kInformationRequest = 11,
};

// RFC 8415 section 21, RFC 3646 (23, 24), RFC 5970 (59).
enum class Dhcp6Option : std::uint16_t {
  kClient = 1,
  kServer = 2,
  kAddresses = 3,  // IA_NA
  kAddress = 5,
  kRequested = 6,
  kPreference = 7,
  kElapsed = 8,
  kStatus = 13,
  kVendor = 17,
  kDns = 23,
  kDomains = 24,
  kRefresh = 32,
  kBootFile = 59,
};

// RFC 8415 section 21.13.
enum class Dhcp6Code : std::uint16_t {
  kSuccess = 0,
  kUnspecified = 1,
  kNoAddress = 2,
  kNoBinding = 3,
  kNotOnLink = 4,
  kUseMulticast = 5,
};

struct Dhcp6Status {
  Dhcp6Code code = Dhcp6Code::kSuccess;
  std::string text;  // the server's words, printable
  friend bool operator==(const Dhcp6Status&, const Dhcp6Status&) = default;
};

struct Dhcp6Address {
  Ipv6 address{};
  std::uint32_t preferred = 0, valid = 0;  // seconds; all ones: for ever
  friend bool operator==(const Dhcp6Address&, const Dhcp6Address&) = default;
};

struct Dhcp6Association {
  std::uint32_t id = 0;
  std::uint32_t renewal = 0, rebinding = 0;  // T1 and T2 in seconds; 0: the client's choice
  std::vector<Dhcp6Address> addresses;
  Dhcp6Status status;
  friend bool operator==(const Dhcp6Association&, const Dhcp6Association&) = default;
};

struct Dhcp6Message {
  Dhcp6Type type = Dhcp6Type::kSolicit;
  std::uint32_t transaction = 0;  // 24 bits
  std::string client, server;     // DUIDs; empty: none
  std::optional<Dhcp6Association> association;
  std::vector<Dhcp6Option> requested;
  std::uint16_t elapsed = 0;    // hundredths of a second since the exchange began
  std::uint8_t preference = 0;  // of an ADVERTISE: 255 is not to be compared with others
  Dhcp6Status status;
  std::vector<Ipv6> dns;
  std::vector<std::string> domains;
  std::vector<Ipv6> tftp_servers;        // Cisco's vendor option (enterprise 9, sub-option 1)
  std::string boot_file;                 // a URL, as it came
  std::optional<std::uint32_t> refresh;  // of settings without an address, in seconds
  friend bool operator==(const Dhcp6Message&, const Dhcp6Message&) = default;
};

// INVALID_ARGUMENT with the reason. An option that does not fit ends the reading; the options before it count.
absl::StatusOr<Dhcp6Message> parse_dhcp6(std::string_view bytes);
std::string encode(const Dhcp6Message& message);

// The client's name to all servers, the same after every restart (DUID-LL, RFC 8415 section 11.4).
std::string duid_of(const Mac& own);

inline constexpr std::uint16_t kDhcp6ClientPort = 546;
inline constexpr std::uint16_t kDhcp6ServerPort = 547;

}  // namespace phone::network
