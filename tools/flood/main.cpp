// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone-flood udp|tcp ADDRESS PORT --seconds N -- sends as much as it can to one port of the phone on the bench, for a
// bounded time, and says how much that was. Never point it at anything but your own namespace.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>
#include <random>
#include <vector>

#include "common/product/product.hpp"

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kMostSeconds = 600;
constexpr int kMostConnections = 200;

sockaddr_in target(const std::string& address, unsigned port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, address.c_str(), &to.sin_addr);
  return to;
}

// RTP by its looks, of random sources, sequence numbers and sizes; every eighth is noise, every fifth RTCP.
size_t make_packet(std::array<uint8_t, 1400>& packet, std::minstd_rand& random) {
  for (uint8_t& octet : packet) octet = static_cast<uint8_t>(random());
  const auto kind = random() % 40;
  if (kind % 8 != 0) {
    packet[0] = 0x80;
    packet[1] = kind % 5 == 0 ? 200 : static_cast<uint8_t>(random() % 2 == 0 ? 0 : 96 + random() % 32);
  }
  return 1 + random() % packet.size();
}

unsigned long long flood_udp(const sockaddr_in& to, Clock::time_point until) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  std::minstd_rand random(7);
  std::array<uint8_t, 1400> packet;
  unsigned long long sent = 0;
  while (Clock::now() < until) {
    const size_t size = make_packet(packet, random);
    for (int i = 0; i < 32; ++i) {
      sent += sendto(fd, packet.data(), size, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) > 0 ? 1 : 0;
      packet[3] = static_cast<uint8_t>(i);
    }
  }
  close(fd);
  return sent;
}

// Some connections stay silent, some talk nonsense, some leave at once.
unsigned long long flood_tcp(const sockaddr_in& to, Clock::time_point until) {
  const std::vector<char> nonsense(16 * 1024, '\x16');
  std::vector<int> held;
  unsigned long long made = 0;
  while (Clock::now() < until) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0 || static_cast<int>(held.size()) >= kMostConnections) {
      close(held.front());
      held.erase(held.begin());
    }
    if (fd < 0) continue;
    (void)connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    ++made;
    if (made % 3 != 0) (void)send(fd, nonsense.data(), nonsense.size(), MSG_NOSIGNAL);
    if (made % 5 == 0) {
      close(fd);
    } else {
      held.push_back(fd);
    }
  }
  for (const int fd : held) close(fd);
  return made;
}

}  // namespace

int main(int argc, char** argv) {
  std::string kind, address;
  unsigned port = 0;
  double seconds = 5;
  CLI::App options("phone-flood: as much as one port of a phone on the bench gets");
  options.set_version_flag("--version", phone::product::version_line("phone-flood"), "print the version and exit");
  options.add_option("kind", kind)->required()->check(CLI::IsMember({"udp", "tcp"}));
  options.add_option("address", address)->required()->check(CLI::ValidIPV4);
  options.add_option("port", port)->required()->check(CLI::Range(1, 65535));
  options.add_option("--seconds", seconds)->capture_default_str()->check(CLI::Range(0.1, kMostSeconds));
  CLI11_PARSE(options, argc, argv);
  const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  const sockaddr_in to = target(address, port);
  std::printf("%llu\n", kind == "udp" ? flood_udp(to, until) : flood_tcp(to, until));
  return 0;
}
