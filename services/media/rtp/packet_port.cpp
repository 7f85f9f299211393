// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/packet_port.hpp"

#include <arpa/inet.h>

#include <cstring>

#include "absl/strings/str_cat.h"

namespace phone::media {

sockaddr_in6 to_inet6(const sockaddr_in& from) {
  sockaddr_in6 made{};
  made.sin6_family = AF_INET6;
  made.sin6_port = from.sin_port;
  made.sin6_addr.s6_addr[10] = made.sin6_addr.s6_addr[11] = 0xff;
  std::memcpy(made.sin6_addr.s6_addr + 12, &from.sin_addr, 4);
  return made;
}

bool Endpoint::operator==(const Endpoint& other) const {
  return raw.sin6_port == other.raw.sin6_port && same_host(other);
}

bool Endpoint::same_host(const Endpoint& other) const {
  return std::memcmp(&raw.sin6_addr, &other.raw.sin6_addr, sizeof raw.sin6_addr) == 0;
}

Endpoint Endpoint::with_port(uint16_t port) const {
  Endpoint made = *this;
  made.raw.sin6_port = htons(port);
  return made;
}

absl::StatusOr<Endpoint> parse_endpoint(const std::string& address, uint32_t port) {
  if (port > 65535) return absl::InvalidArgumentError(absl::StrCat("invalid UDP port: ", port));
  Endpoint made;
  sockaddr_in inet4{};
  if (inet_pton(AF_INET, address.c_str(), &inet4.sin_addr) == 1) {
    made.raw = to_inet6(inet4);
  } else if (inet_pton(AF_INET6, address.c_str(), &made.raw.sin6_addr) == 1) {
    made.raw.sin6_family = AF_INET6;
  } else {
    return absl::InvalidArgumentError("the address must be numeric IPv4 or IPv6");
  }
  made.raw.sin6_port = htons(static_cast<uint16_t>(port));
  return made;
}

}  // namespace phone::media
