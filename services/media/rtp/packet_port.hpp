// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// packet_port.hpp -- one bound UDP socket as the tick sees it.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <span>
#include <string>

#include "absl/status/statusor.h"

namespace phone::media {

// An address and port of either family; compared without scope.
struct Endpoint {
  sockaddr_in6 raw{};  // IPv4 as a mapped address
  bool operator==(const Endpoint&) const;
  uint16_t port() const { return ntohs(raw.sin6_port); }
  Endpoint with_port(uint16_t port) const;
  bool same_host(const Endpoint&) const;
  bool none() const { return raw.sin6_port == 0; }
};
// INVALID_ARGUMENT for anything but a numeric address that packets can be sent to.
absl::StatusOr<Endpoint> parse_endpoint(const std::string& address, uint32_t port);
// An IPv4 address as a mapped one.
sockaddr_in6 to_inet6(const sockaddr_in& from);

class PacketPort {
 public:
  virtual ~PacketPort() = default;
  // One datagram without waiting; 0 when there is none. Longer ones than `into` are dropped.
  // `arrival_us`: CLOCK_MONOTONIC, taken by the kernel when the packet arrived.
  virtual size_t receive(std::span<uint8_t> into, Endpoint& from, int64_t& arrival_us) = 0;
  virtual bool send(std::span<const uint8_t> packet, const Endpoint& to) = 0;
  // From now on the kernel drops what comes from elsewhere, so that a flood does not fill this port's queue; none()
  // accepts all again.
  virtual void hear_only(const Endpoint&) {}
};

}  // namespace phone::media
