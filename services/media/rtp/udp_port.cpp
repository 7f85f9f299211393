// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/udp_port.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/net/far_address.hpp"

namespace phone::media {
namespace {

// What the kernel keeps while media restarts: more than two seconds of Opus or G.711.
constexpr int kQueueOctets = 128 * 1024;

bool is_mapped(const in6_addr& address) { return IN6_IS_ADDR_V4MAPPED(&address); }

sockaddr_in to_inet4(const sockaddr_in6& from) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_port = from.sin6_port;
  std::memcpy(&made.sin_addr, from.sin6_addr.s6_addr + 12, 4);
  return made;
}

int64_t microseconds(const timespec& time) { return int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000; }

// The kernel stamps packets with the wall clock; `wall_us` and `now_us` are the same moment.
int64_t monotonic_arrival(msghdr& message, int64_t wall_us, int64_t now_us) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec stamp{};
    std::memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
    const int64_t ago = wall_us - microseconds(stamp);
    if (ago >= 0 && ago < 5'000'000) return now_us - ago;
  }
  return now_us;
}

int64_t clock_us(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return microseconds(time);
}

Endpoint local_of(int fd) {
  Endpoint made;
  sockaddr_in6 address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return made;
  made.raw = address;
  if (address.sin6_family == AF_INET) {
    sockaddr_in inet4{};
    std::memcpy(&inet4, &address, sizeof inet4);
    made.raw = to_inet6(inet4);
  }
  return made;
}

int open_socket(const Endpoint& local) {
  const bool inet4 = is_mapped(local.raw.sin6_addr);
  const int fd = ::socket(inet4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  int bound = -1;
  if (inet4) {
    const sockaddr_in address = to_inet4(local.raw);
    bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  } else {
    bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&local.raw), sizeof local.raw);
  }
  if (bound == 0) return fd;
  const int reason = errno;
  ::close(fd);
  errno = reason;
  return -1;
}

}  // namespace

struct UdpPort::Batch {
  static constexpr unsigned kPackets = 8;
  static constexpr size_t kOctets = 2048;

  std::array<std::array<uint8_t, kOctets>, kPackets> octets;
  alignas(cmsghdr) std::array<std::array<char, 64>, kPackets> control;
  std::array<sockaddr_in6, kPackets> source;
  std::array<iovec, kPackets> part;
  std::array<mmsghdr, kPackets> message;
  unsigned at = 0;       // the next one to hand out
  unsigned count = 0;    // read
  bool drained = false;  // the kernel had no more
  int64_t wall_us = 0, now_us = 0;
};

UdpPort::UdpPort(int fd) : fd_(fd), batch_(std::make_unique<Batch>()) {
  const int on = 1;
  ::setsockopt(fd_, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &kQueueOctets, sizeof kQueueOctets);
  int domain = 0;
  socklen_t size = sizeof domain;
  inet4_ = ::getsockopt(fd_, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_INET;
}

UdpPort::UdpPort(UdpPort&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), inet4_(other.inet4_), batch_(std::move(other.batch_)) {}

UdpPort::~UdpPort() {
  if (fd_ >= 0) ::close(fd_);
}

Endpoint UdpPort::local() const { return local_of(fd_); }

absl::Status check_route(const Endpoint& remote, const Endpoint& own) {
  const bool inet4 = is_mapped(remote.raw.sin6_addr);
  const int fd = ::socket(inet4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return absl::OkStatus();  // sending will fail for the same reason
  // Nothing leaves: the kernel looks the route up, and this socket has no right to broadcast.
  const sockaddr_in in4 = to_inet4(remote.raw);
  sockaddr_in6 in6 = remote.raw;
  in6.sin6_family = AF_INET6;
  const int connected = inet4 ? ::connect(fd, reinterpret_cast<const sockaddr*>(&in4), sizeof in4)
                              : ::connect(fd, reinterpret_cast<const sockaddr*>(&in6), sizeof in6);
  const int reason = connected == 0 ? 0 : errno;
  const Endpoint source = local_of(fd);
  ::close(fd);
  if (reason == EACCES) return absl::InvalidArgumentError("a broadcast address");
  if (reason != 0) return absl::OkStatus();  // no route now; there may be one later
  const bool on_loopback = net::kind_of(own.raw.sin6_addr) == net::AddressKind::kLoopback;
  if (source.same_host(remote) && !on_loopback) return absl::InvalidArgumentError("an address of this phone");
  return absl::OkStatus();
}

void UdpPort::set_dscp(uint32_t dscp) const {
  const int tos = static_cast<int>((dscp & 63) << 2);
  ::setsockopt(fd_, IPPROTO_IP, IP_TOS, &tos, sizeof tos);
  if (!inet4_) ::setsockopt(fd_, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof tos);
}

void UdpPort::refill() {
  Batch& batch = *batch_;
  for (unsigned i = 0; i < Batch::kPackets; ++i) {
    batch.part[i] = {batch.octets[i].data(), Batch::kOctets};
    batch.message[i] = {};
    msghdr& header = batch.message[i].msg_hdr;
    header.msg_name = &batch.source[i];
    header.msg_namelen = sizeof batch.source[i];
    header.msg_iov = &batch.part[i];
    header.msg_iovlen = 1;
    header.msg_control = batch.control[i].data();
    header.msg_controllen = batch.control[i].size();
  }
  // An error (ICMP) is read in place of a packet: behind it there may be one.
  int got = -1;
  for (int attempt = 0; attempt < 4 && got < 0; ++attempt) {
    got = ::recvmmsg(fd_, batch.message.data(), Batch::kPackets, MSG_DONTWAIT, nullptr);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
  }
  batch.at = 0;
  batch.count = got < 0 ? 0 : static_cast<unsigned>(got);
  batch.drained = batch.count < Batch::kPackets;
  if (batch.count == 0) return;
  batch.wall_us = clock_us(CLOCK_REALTIME);
  batch.now_us = clock_us(CLOCK_MONOTONIC);
}

size_t UdpPort::receive(std::span<uint8_t> into, Endpoint& from, int64_t& arrival_us) {
  Batch& batch = *batch_;
  for (;;) {
    if (batch.at == batch.count) {
      if (std::exchange(batch.drained, false)) return 0;
      refill();
      if (batch.count == 0) {
        batch.drained = false;
        return 0;
      }
    }
    const unsigned at = batch.at++;
    msghdr& header = batch.message[at].msg_hdr;
    const size_t size = batch.message[at].msg_len;
    if (size == 0 || size > into.size() || (header.msg_flags & MSG_TRUNC) != 0) continue;
    if (batch.source[at].sin6_family == AF_INET) {
      sockaddr_in inet4{};
      std::memcpy(&inet4, &batch.source[at], sizeof inet4);
      from.raw = to_inet6(inet4);
    } else {
      from.raw = batch.source[at];
    }
    arrival_us = monotonic_arrival(header, batch.wall_us, batch.now_us);
    std::memcpy(into.data(), batch.octets[at].data(), size);
    return size;
  }
}

bool UdpPort::send(std::span<const uint8_t> packet, const Endpoint& to) {
  if (inet4_) {
    if (!is_mapped(to.raw.sin6_addr)) return false;
    const sockaddr_in address = to_inet4(to.raw);
    return ::sendto(fd_, packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                    reinterpret_cast<const sockaddr*>(&address), sizeof address) == static_cast<ssize_t>(packet.size());
  }
  return ::sendto(fd_, packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                  reinterpret_cast<const sockaddr*>(&to.raw), sizeof to.raw) == static_cast<ssize_t>(packet.size());
}

void UdpPort::hear_only(const Endpoint& from) {
  sockaddr_in6 inet6 = from.raw;
  sockaddr_in inet4 = to_inet4(from.raw);
  const bool all = from.none();
  inet6.sin6_family = all ? AF_UNSPEC : AF_INET6;
  inet4.sin_family = all ? AF_UNSPEC : AF_INET;
  // On failure the port stays as it was and accepts more than it needs to.
  if (inet4_) {
    if (all || is_mapped(from.raw.sin6_addr)) {
      (void)::connect(fd_, reinterpret_cast<const sockaddr*>(&inet4), sizeof inet4);
    }
  } else {
    (void)::connect(fd_, reinterpret_cast<const sockaddr*>(&inet6), sizeof inet6);
  }
}

absl::StatusOr<PortPair> bind_pair(const std::string& local_address, uint32_t first, uint32_t last) {
  auto local = parse_endpoint(local_address, 0);
  if (!local.ok()) return local.status();
  first += first & 1;
  if (first < 1024 || last > 65535 || last < first + 1) return absl::InvalidArgumentError("invalid media port range");
  const uint32_t pairs = (last + 1 - first) / 2;
  std::random_device random;
  const uint32_t start = random() % pairs;
  for (uint32_t i = 0; i < pairs; ++i) {
    const auto port = static_cast<uint16_t>(first + 2 * ((start + i) % pairs));
    const int rtp = open_socket(local->with_port(port));
    if (rtp < 0) {
      if (errno == EADDRINUSE || errno == EACCES) continue;
      return absl::InvalidArgumentError(absl::StrCat("cannot bind ", local_address, ": ", std::strerror(errno)));
    }
    UdpPort even(rtp);
    const int rtcp = open_socket(local->with_port(static_cast<uint16_t>(port + 1)));
    if (rtcp >= 0) return PortPair{std::move(even), UdpPort(rtcp)};
  }
  return absl::ResourceExhaustedError("all media ports are in use");
}

}  // namespace phone::media
