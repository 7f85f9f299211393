// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/ipv6/ipv6_sockets.hpp"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"

namespace phone::network {
namespace {

using os::Descriptor;

constexpr std::size_t kLongestDatagram = 1600;
constexpr int kHopLimit = 255;
constexpr Ipv6 kAllRouters = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};      // ff02::2
constexpr Ipv6 kAllDhcpServers = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2};  // ff02::1:2

absl::Status failure(const std::string& what) {
  return absl::UnavailableError(absl::StrCat(what, ": ", std::strerror(errno)));
}

template <class T>
bool set(const Descriptor& socket, int level, int name, const T& value) {
  return setsockopt(socket.get(), level, name, &value, sizeof value) == 0;
}

// Sees and sends on this port alone.
bool bind_to(const Descriptor& socket, const std::string& port) {
  return setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, port.c_str(), static_cast<socklen_t>(port.size())) == 0;
}

absl::StatusOr<Descriptor> open_routers(const std::string& port, int index) {
  Descriptor socket(::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6));
  icmp6_filter filter{};
  ICMP6_FILTER_SETBLOCKALL(&filter);
  ICMP6_FILTER_SETPASS(ND_ROUTER_ADVERT, &filter);
  if (!socket || !set(socket, IPPROTO_ICMPV6, ICMP6_FILTER, filter) || !bind_to(socket, port) ||
      !set(socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, kHopLimit) ||
      !set(socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, index) || !set(socket, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1)) {
    return failure("the socket for router advertisements");
  }
  return socket;
}

absl::StatusOr<Descriptor> open_dhcp(const std::string& port, int index) {
  Descriptor socket(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in6 own{};
  own.sin6_family = AF_INET6;
  own.sin6_port = htons(kDhcp6ClientPort);
  if (!socket || !set(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1) || !set(socket, SOL_SOCKET, SO_REUSEADDR, 1) ||
      !bind_to(socket, port) || !set(socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, index) ||
      bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) {
    return failure("the DHCPv6 client's port");
  }
  return socket;
}

// The bytes, who sent them, and how many hops they had left; nothing when there are no more.
struct Datagram {
  std::string bytes;
  Ipv6 from{};
  int hops = 0;
};

std::optional<Datagram> receive(const Descriptor& socket) {
  std::array<char, kLongestDatagram> buffer;
  std::array<char, 128> control;
  sockaddr_in6 from{};
  iovec part{.iov_base = buffer.data(), .iov_len = buffer.size()};
  msghdr header{};
  header.msg_name = &from;
  header.msg_namelen = sizeof from;
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  const ssize_t got = recvmsg(socket.get(), &header, 0);
  if (got < 0) return std::nullopt;
  Datagram datagram{.bytes = std::string(buffer.data(), static_cast<std::size_t>(got))};
  std::memcpy(datagram.from.data(), &from.sin6_addr, datagram.from.size());
  for (const cmsghdr* one = CMSG_FIRSTHDR(&header); one != nullptr;
       one = CMSG_NXTHDR(&header, const_cast<cmsghdr*>(one))) {
    if (one->cmsg_level == IPPROTO_IPV6 && one->cmsg_type == IPV6_HOPLIMIT) {
      std::memcpy(&datagram.hops, CMSG_DATA(one), sizeof datagram.hops);
    }
  }
  return datagram;
}

}  // namespace

absl::Status Ipv6Sockets::open(const std::string& port, int index) {
  close();
  auto routers = open_routers(port, index);
  if (!routers.ok()) return routers.status();
  auto dhcp = open_dhcp(port, index);
  if (!dhcp.ok()) return dhcp.status();
  routers_ = *std::move(routers);
  dhcp_ = *std::move(dhcp);
  port_ = port;
  index_ = index;
  return absl::OkStatus();
}

void Ipv6Sockets::close() {
  routers_ = Descriptor();
  dhcp_ = Descriptor();
}

absl::Status Ipv6Sockets::ask_routers(const Mac& own) {
  return send_to(routers_, kAllRouters, 0, router_solicitation(own));
}

absl::Status Ipv6Sockets::send(const Dhcp6Message& message) {
  return send_to(dhcp_, kAllDhcpServers, kDhcp6ServerPort, encode(message));
}

absl::Status Ipv6Sockets::send_to(const Descriptor& socket, const Ipv6& to, std::uint16_t port,
                                  const std::string& bytes) {
  if (!socket) return absl::UnavailableError("the port is not open");
  sockaddr_in6 target{};
  target.sin6_family = AF_INET6;
  target.sin6_port = htons(port);
  std::memcpy(&target.sin6_addr, to.data(), to.size());
  target.sin6_scope_id = static_cast<std::uint32_t>(index_);
  if (sendto(socket.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&target), sizeof target) <
      0) {
    return failure(absl::StrCat("sending on ", port_));
  }
  return absl::OkStatus();
}

std::vector<std::pair<Ipv6, RouterAdvertisement>> Ipv6Sockets::read_routers() {
  std::vector<std::pair<Ipv6, RouterAdvertisement>> found;
  for (int i = 0; routers_ && i < kMostAtOnce; ++i) {
    const auto datagram = receive(routers_);
    if (!datagram) break;
    if (!is_link_local(datagram->from) || datagram->hops != kHopLimit) continue;
    if (auto said = parse_router_advertisement(datagram->bytes); said.ok()) {
      found.emplace_back(datagram->from, *std::move(said));
    }
  }
  return found;
}

std::vector<Dhcp6Message> Ipv6Sockets::read_dhcp() {
  std::vector<Dhcp6Message> found;
  for (int i = 0; dhcp_ && i < kMostAtOnce; ++i) {
    const auto datagram = receive(dhcp_);
    if (!datagram) break;
    if (auto message = parse_dhcp6(datagram->bytes); message.ok()) found.push_back(*std::move(message));
  }
  return found;
}

}  // namespace phone::network
