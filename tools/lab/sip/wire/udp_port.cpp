// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/wire/udp_port.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/lab/sip/sip_message.hpp"

namespace phone::lab {
namespace {

std::string host_of(const sockaddr_in6& from) {
  char text[INET6_ADDRSTRLEN] = {};
  if (IN6_IS_ADDR_V4MAPPED(&from.sin6_addr))
    inet_ntop(AF_INET, from.sin6_addr.s6_addr + 12, text, sizeof text);
  else
    inet_ntop(AF_INET6, &from.sin6_addr, text, sizeof text);
  return text;
}

}  // namespace

absl::Status UdpPort::start(const std::string& address, uint16_t port, bool loses_first, Delegate delegate) {
  loses_first_ = loses_first;
  delegate_ = std::move(delegate);
  sockaddr_in6 where{};
  where.sin6_family = AF_INET6;
  where.sin6_port = htons(port);
  const std::string mapped = address.find(':') == std::string::npos ? "::ffff:" + address : address;
  if (inet_pton(AF_INET6, mapped.c_str(), &where.sin6_addr) != 1)
    return absl::InvalidArgumentError(absl::StrCat("not an address: ", address));
  socket_ = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int off = 0;
  setsockopt(socket_, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  // So that the thread looks whether it is to stop.
  const timeval patience{.tv_sec = 0, .tv_usec = 200'000};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  socklen_t size = sizeof where;
  if (bind(socket_, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0 ||
      getsockname(socket_, reinterpret_cast<sockaddr*>(&where), &size) != 0)
    return absl::UnavailableError(absl::StrCat("UDP ", address, ":", port, ": ", std::strerror(errno)));
  port_ = ntohs(where.sin6_port);
  thread_ = std::thread([this] { run(); });
  return absl::OkStatus();
}

void UdpPort::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
}

bool UdpPort::loses(const std::string& text) {
  if (!loses_first_) return false;
  const auto message = parse_sip(text);
  if (!message || !message->is_request() || message->method == "ACK") return false;
  return seen_.insert(absl::StrCat(message->method, " ", sip_branch(*message))).second;
}

void UdpPort::run() {
  std::vector<char> buffer(64 * 1024);
  while (!stopping_) {
    sockaddr_in6 from{};
    socklen_t size = sizeof from;
    const ssize_t got = recvfrom(socket_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (got <= 0) continue;
    const std::string text(buffer.data(), static_cast<size_t>(got));
    if (loses(text)) continue;
    const std::string address = host_of(from);
    const std::string name = absl::StrCat(address, " ", ntohs(from.sin6_port));
    uint64_t flow = 0;
    {
      const std::lock_guard lock(mutex_);
      if (const auto known = flows_.find(name); known != flows_.end()) flow = known->second;
    }
    if (flow == 0) {
      flow = delegate_.opened(address);
      const std::lock_guard lock(mutex_);
      flows_[name] = flow;
      peers_[flow] = from;
    }
    delegate_.received(flow, text);
  }
}

bool UdpPort::owns(uint64_t flow) {
  const std::lock_guard lock(mutex_);
  return peers_.contains(flow);
}

void UdpPort::send(uint64_t flow, const std::string& text) {
  const std::lock_guard lock(mutex_);
  const auto found = peers_.find(flow);
  if (found == peers_.end()) return;
  if (sendto(socket_, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&found->second),
             sizeof found->second) < 0)
    return;  // it is lost, as datagrams are
}

}  // namespace phone::lab
