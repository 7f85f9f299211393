// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/net/far_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <string>

namespace phone::net {
namespace {

in6_addr mapped(const uint8_t* inet4) {
  in6_addr made{};
  made.s6_addr[10] = made.s6_addr[11] = 0xff;
  std::memcpy(made.s6_addr + 12, inet4, 4);
  return made;
}

std::optional<in6_addr> parse(std::string_view text) {
  const std::string zero_ended(text);
  in_addr inet4{};
  if (inet_pton(AF_INET, zero_ended.c_str(), &inet4) == 1) return mapped(reinterpret_cast<const uint8_t*>(&inet4));
  in6_addr inet6{};
  if (inet_pton(AF_INET6, zero_ended.c_str(), &inet6) == 1) return inet6;
  return std::nullopt;
}

AddressKind kind_of_inet4(const uint8_t* at) {
  if (at[0] == 0) return at[1] == 0 && at[2] == 0 && at[3] == 0 ? AddressKind::kUnspecified : AddressKind::kReserved;
  if (at[0] == 127) return AddressKind::kLoopback;
  if (at[0] == 169 && at[1] == 254) return AddressKind::kLinkLocal;
  if (at[0] >= 224 && at[0] <= 239) return AddressKind::kMulticast;
  if (at[0] == 255 && at[1] == 255 && at[2] == 255 && at[3] == 255) return AddressKind::kBroadcast;
  return at[0] >= 240 ? AddressKind::kReserved : AddressKind::kOrdinary;  // RFC 1112 section 4
}

bool begins_with(const in6_addr& address, std::initializer_list<uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.s6_addr);
}

const char* name_of(AddressKind kind) {
  switch (kind) {
    case AddressKind::kOrdinary:
      return "an ordinary address";
    case AddressKind::kUnspecified:
      return "not an address";
    case AddressKind::kLoopback:
      return "a loopback address";
    case AddressKind::kLinkLocal:
      return "a link-local address";
    case AddressKind::kMulticast:
      return "a multicast address";
    case AddressKind::kBroadcast:
      return "a broadcast address";
    case AddressKind::kReserved:
      return "a reserved address";
  }
  return "a reserved address";
}

}  // namespace

AddressKind kind_of(const in6_addr& address) {
  const uint8_t* at = address.s6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&address)) return kind_of_inet4(at + 12);
  if (IN6_IS_ADDR_UNSPECIFIED(&address)) return AddressKind::kUnspecified;
  if (IN6_IS_ADDR_LOOPBACK(&address)) return AddressKind::kLoopback;
  if (IN6_IS_ADDR_LINKLOCAL(&address)) return AddressKind::kLinkLocal;
  if (IN6_IS_ADDR_MULTICAST(&address)) return AddressKind::kMulticast;
  if (begins_with(address, {0x20, 0x02})) return kind_of_inet4(at + 2);                                       // 6to4
  if (begins_with(address, {0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) return kind_of_inet4(at + 12);  // NAT64
  if (at[0] == 0 || begins_with(address, {0x01, 0x00, 0, 0, 0, 0, 0, 0})) return AddressKind::kReserved;
  return AddressKind::kOrdinary;
}

absl::Status check_far_address(const in6_addr& far, const in6_addr& own) {
  const AddressKind kind = kind_of(far);
  const bool local = kind == AddressKind::kLoopback || kind == AddressKind::kLinkLocal;
  if (local && kind_of(own) == kind) return absl::OkStatus();
  if (kind != AddressKind::kOrdinary) return absl::InvalidArgumentError(name_of(kind));
  if (std::memcmp(&far, &own, sizeof far) == 0) return absl::InvalidArgumentError("this phone's own address");
  return absl::OkStatus();
}

absl::Status check_far_address(std::string_view far, std::string_view own) {
  const auto address = parse(far);
  if (!address) return absl::InvalidArgumentError("not a numeric address");
  return check_far_address(*address, parse(own).value_or(in6_addr{}));
}

bool is_unspecified(std::string_view address) {
  const auto parsed = parse(address);
  return parsed.has_value() && kind_of(*parsed) == AddressKind::kUnspecified;
}

}  // namespace phone::net
