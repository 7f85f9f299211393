// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/udp_port.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>

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

// The kernel stamps packets with the wall clock: convert by how long ago that was.
int64_t monotonic_arrival(const msghdr& message) {
  timespec now{}, wall{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  for (const cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(const_cast<msghdr*>(&message), const_cast<cmsghdr*>(part))) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec stamp{};
    std::memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
    clock_gettime(CLOCK_REALTIME, &wall);
    const int64_t ago = microseconds(wall) - microseconds(stamp);
    if (ago >= 0 && ago < 5'000'000) return microseconds(now) - ago;
  }
  return microseconds(now);
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

UdpPort::UdpPort(int fd) : fd_(fd) {
  const int on = 1;
  ::setsockopt(fd_, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &kQueueOctets, sizeof kQueueOctets);
  int domain = 0;
  socklen_t size = sizeof domain;
  inet4_ = ::getsockopt(fd_, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_INET;
}

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

size_t UdpPort::receive(std::span<uint8_t> into, Endpoint& from, int64_t& arrival_us) {
  // A few errors (ICMP, too long) may precede the next good packet.
  for (int attempt = 0; attempt < 4; ++attempt) {
    sockaddr_in6 source{};
    iovec part{into.data(), into.size()};
    alignas(cmsghdr) char control[64];
    msghdr message{};
    message.msg_name = &source;
    message.msg_namelen = sizeof source;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t got = ::recvmsg(fd_, &message, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
    if (got <= 0 || (message.msg_flags & MSG_TRUNC) != 0) continue;
    if (source.sin6_family == AF_INET) {
      sockaddr_in inet4{};
      std::memcpy(&inet4, &source, sizeof inet4);
      from.raw = to_inet6(inet4);
    } else {
      from.raw = source;
    }
    arrival_us = monotonic_arrival(message);
    return static_cast<size_t>(got);
  }
  return 0;
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
