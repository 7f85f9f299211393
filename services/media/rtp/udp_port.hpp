// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// udp_port.hpp -- real sockets. A stream has two: RTP on an even port, RTCP on the next.
#pragma once

#include <memory>

#include "services/media/rtp/packet_port.hpp"

namespace phone::media {

class UdpPort final : public PacketPort {
 public:
  // `fd` is a bound, non-blocking AF_INET6 (dual) or AF_INET socket; taken over.
  explicit UdpPort(int fd);
  ~UdpPort() override;
  UdpPort(UdpPort&& other) noexcept;

  // One system call for all that a tick usually finds: it reads ahead, and after "none" the next call asks the kernel
  // again.
  size_t receive(std::span<uint8_t> into, Endpoint& from, int64_t& arrival_us) override;
  bool send(std::span<const uint8_t> packet, const Endpoint& to) override;
  void hear_only(const Endpoint& from) override;

  int fd() const { return fd_; }
  uint16_t local_port() const { return local().port(); }
  Endpoint local() const;
  // DSCP of all that leaves, both families. 0..63.
  void set_dscp(uint32_t dscp) const;

 private:
  struct Batch;
  void refill();

  int fd_;
  bool inet4_ = false;
  std::unique_ptr<Batch> batch_;
};

// Whether the kernel would send there, and not to this machine itself, by its present routes. INVALID_ARGUMENT for a
// network's broadcast address, and for an address of this machine unless `own` is a loopback address.
absl::Status check_route(const Endpoint& remote, const Endpoint& own);

struct PortPair {
  UdpPort rtp;
  UdpPort rtcp;
};
// The first free even port of [first, last] (inclusive), beginning at a random one. RESOURCE_EXHAUSTED when all
// are in use, INVALID_ARGUMENT for an address that is not this machine's.
absl::StatusOr<PortPair> bind_pair(const std::string& local_address, uint32_t first, uint32_t last);

}  // namespace phone::media
