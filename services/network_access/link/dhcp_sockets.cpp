// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/dhcp_sockets.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace phone::network {
namespace {

using os::Descriptor;

constexpr std::size_t kLongest = 1600;

absl::Status socket_failure(const std::string& what) {
  return absl::UnavailableError(absl::StrCat(what, ": ", std::strerror(errno)));
}

// IPv4, UDP, not a later fragment, to the client's port.
std::vector<sock_filter> to_dhcp_clients() {
  return {BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),
          BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
          BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 4, 0),
          BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
          BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kDhcpClientPort, 0, 1),
          BPF_STMT(BPF_RET | BPF_K, 0xffff),
          BPF_STMT(BPF_RET | BPF_K, 0)};
}

std::vector<sock_filter> nothing() { return {BPF_STMT(BPF_RET | BPF_K, 0)}; }

// By the addresses of the sender (offset 14) and the target (24).
std::vector<sock_filter> arp_about(Ipv4 checked, Ipv4 held) {
  if (checked == 0 && held == 0) return nothing();
  if (checked == 0) {
    return {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 14), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, held, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, 0xffff), BPF_STMT(BPF_RET | BPF_K, 0)};
  }
  return {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 14),
          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, held == 0 ? checked : held, 4, 0),
          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, checked, 3, 0),
          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3),
          BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 24),
          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, checked, 0, 1),
          BPF_STMT(BPF_RET | BPF_K, 0xffff),
          BPF_STMT(BPF_RET | BPF_K, 0)};
}

bool attach(const Descriptor& socket, const std::vector<sock_filter>& program) {
  const sock_fprog filter{static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
  return setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
}

absl::StatusOr<Descriptor> packets(int index, std::uint16_t protocol, const std::vector<sock_filter>& program) {
  Descriptor socket(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return socket_failure("packet socket");
  if (!attach(socket, program)) return socket_failure("packet filter");
  const int yes = 1;
  (void)setsockopt(socket.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(protocol);
  address.sll_ifindex = index;
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return socket_failure("bind");
  return socket;
}

absl::Status bring_up(const std::string& port) {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  port.copy(request.ifr_name, IFNAMSIZ - 1);
  if (!socket || ioctl(socket.get(), SIOCGIFFLAGS, &request) != 0)
    return socket_failure(absl::StrCat("flags of ", port));
  if ((request.ifr_flags & IFF_UP) != 0) return absl::OkStatus();
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) return socket_failure(absl::StrCat("switching on ", port));
  return absl::OkStatus();
}

sockaddr_in inet(Ipv4 address, std::uint16_t port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(address);
  return to;
}

absl::StatusOr<Descriptor> client_socket(const std::string& port, Ipv4 from) {
  Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int yes = 1;
  const sockaddr_in address = inet(from, kDhcpClientPort);
  if (!socket || setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, port.c_str(), static_cast<socklen_t>(port.size())) != 0 ||
      bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return socket_failure("the DHCP client's port");
  }
  return socket;
}

}  // namespace

absl::Status DhcpSockets::open(const std::string& port) {
  close();
  const unsigned index = if_nametoindex(port.c_str());
  if (index == 0) return absl::UnavailableError(absl::StrCat("there is no port ", port));
  if (auto up = bring_up(port); !up.ok()) return up;
  auto dhcp = packets(static_cast<int>(index), ETH_P_IP, to_dhcp_clients());
  if (!dhcp.ok()) return dhcp.status();
  auto arp = packets(static_cast<int>(index), ETH_P_ARP, nothing());
  if (!arp.ok()) return arp.status();
  auto sink = client_socket(port, 0);
  if (!sink.ok()) return sink.status();
  if (!attach(*sink, nothing())) return socket_failure("packet filter");
  sink_ = *std::move(sink);
  checked_ = held_ = 0;
  dhcp_ = *std::move(dhcp);
  arp_ = *std::move(arp);
  port_ = port;
  index_ = static_cast<int>(index);
  return absl::OkStatus();
}

void DhcpSockets::close() {
  dhcp_ = Descriptor();
  arp_ = Descriptor();
  sink_ = Descriptor();
}

void DhcpSockets::listen_for(Ipv4 checked, Ipv4 held) {
  if (!arp_ || (checked == checked_ && held == held_)) return;
  if (attach(arp_, arp_about(checked, held))) {
    checked_ = checked;
    held_ = held;
  }
}

absl::Status DhcpSockets::send(const DhcpMessage& message, Ipv4 to) {
  if (to != kBroadcast) return unicast(message, to);
  return broadcast(dhcp_, ETH_P_IP, dhcp_packet(message.client, kBroadcast, encode(message)));
}

absl::Status DhcpSockets::send(const ArpPacket& packet) { return broadcast(arp_, ETH_P_ARP, encode(packet)); }

absl::Status DhcpSockets::broadcast(const Descriptor& socket, std::uint16_t protocol, const std::string& bytes) {
  if (!socket) return absl::UnavailableError("the port is not open");
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_protocol = htons(protocol);
  to.sll_ifindex = index_;
  to.sll_halen = ETH_ALEN;
  std::memset(to.sll_addr, 0xff, ETH_ALEN);
  if (sendto(socket.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0) {
    return socket_failure(absl::StrCat("sending on ", port_));
  }
  return absl::OkStatus();
}

// Answers come by the packet socket.
absl::Status DhcpSockets::unicast(const DhcpMessage& message, Ipv4 to) {
  const auto socket = client_socket(port_, message.client);
  if (!socket.ok()) return socket.status();
  const std::string bytes = encode(message);
  const sockaddr_in server = inet(to, kDhcpServerPort);
  if (sendto(socket->get(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&server), sizeof server) <
      0) {
    return socket_failure(absl::StrCat("sending to ", text_of_ipv4(to)));
  }
  return absl::OkStatus();
}

std::vector<std::string> DhcpSockets::read(const Descriptor& socket) {
  std::vector<std::string> found;
  std::array<char, kLongest> buffer;
  for (int i = 0; socket && i < kMostAtOnce; ++i) {
    const ssize_t got = recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno != EINTR) break;
    if (got > 0) found.emplace_back(buffer.data(), static_cast<std::size_t>(got));
  }
  return found;
}

std::vector<DhcpMessage> DhcpSockets::read_dhcp() {
  std::vector<DhcpMessage> messages;
  for (const auto& packet : read(dhcp_)) {
    if (auto message = parse_dhcp(dhcp_payload(packet)); message.ok()) messages.push_back(*std::move(message));
  }
  return messages;
}

std::vector<ArpPacket> DhcpSockets::read_arp() {
  std::vector<ArpPacket> found;
  for (const auto& bytes : read(arp_)) {
    if (const auto packet = parse_arp(bytes)) found.push_back(*packet);
  }
  return found;
}

}  // namespace phone::network
