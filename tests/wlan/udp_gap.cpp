// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/wlan/udp_gap.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "common/os/descriptor.hpp"

namespace phone::wlan {
namespace {

using Clock = std::chrono::steady_clock;
using os::Descriptor;
constexpr std::chrono::milliseconds kStep(10);

sockaddr_in address_of(const std::string& text, std::uint16_t port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  inet_pton(AF_INET, text.c_str(), &to.sin_addr);
  return to;
}

}  // namespace

UdpGap::UdpGap(const std::string& pid, const std::string& address, std::uint16_t port)
    : sender_([this, pid, address, port] { send(pid, address, port); }), receiver_([this, port] { receive(port); }) {}

void UdpGap::stop() {
  stopping_ = true;
  for (std::thread* one : {&sender_, &receiver_}) {
    if (one->joinable()) one->join();
  }
}

std::chrono::milliseconds UdpGap::longest() const {
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::microseconds(longest_us_));
}

void UdpGap::send(const std::string& pid, const std::string& address, std::uint16_t port) {
  // Of this thread only.
  const Descriptor space(open(("/proc/" + pid + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC));
  if (!space || setns(space.get(), CLONE_NEWNET) != 0) return;
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const sockaddr_in to = address_of(address, port);
  const std::array<char, 200> packet{};
  for (auto next = Clock::now(); !stopping_; next += kStep) {
    sendto(socket.get(), packet.data(), packet.size(), MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    std::this_thread::sleep_until(next + kStep);
  }
}

void UdpGap::receive(std::uint16_t port) {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const sockaddr_in own = address_of("0.0.0.0", port);
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) return;
  auto last = Clock::now();
  std::array<char, 512> packet;
  while (!stopping_) {
    pollfd waiting{socket.get(), POLLIN, 0};
    if (poll(&waiting, 1, 100) <= 0 || recv(socket.get(), packet.data(), packet.size(), 0) < 0) continue;
    const auto now = Clock::now();
    const auto gap = std::chrono::duration_cast<std::chrono::microseconds>(now - last).count();
    if (received_ != 0 && gap > longest_us_) longest_us_ = gap;
    last = now;
    ++received_;
  }
}

}  // namespace phone::wlan
