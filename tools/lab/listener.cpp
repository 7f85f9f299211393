// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace phone::lab {
namespace {

constexpr size_t kMaxConnections = 128;

// "::" is every address of both families.
absl::StatusOr<sockaddr_in6> parse(const std::string& address, uint16_t port) {
  sockaddr_in6 where{};
  where.sin6_family = AF_INET6;
  where.sin6_port = htons(port);
  const std::string mapped = address.find(':') == std::string::npos ? "::ffff:" + address : address;
  if (inet_pton(AF_INET6, mapped.c_str(), &where.sin6_addr) != 1)
    return absl::InvalidArgumentError(absl::StrCat("not an address: ", address));
  return where;
}

// "192.0.2.1:5061", "[2001:db8::1]:5061".
std::string text_of(const sockaddr_in6& from) {
  char text[INET6_ADDRSTRLEN] = {};
  const bool four = IN6_IS_ADDR_V4MAPPED(&from.sin6_addr);
  if (four)
    inet_ntop(AF_INET, from.sin6_addr.s6_addr + 12, text, sizeof text);
  else
    inet_ntop(AF_INET6, &from.sin6_addr, text, sizeof text);
  return absl::StrCat(four ? "" : "[", text, four ? ":" : "]:", ntohs(from.sin6_port));
}

}  // namespace

absl::Status Listener::start(const std::string& address, uint16_t port, Handler handler) {
  handler_ = std::move(handler);
  auto where = parse(address, port);
  if (!where.ok()) return where.status();
  socket_ = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1, off = 0;
  setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(socket_, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  socklen_t size = sizeof *where;
  if (bind(socket_, reinterpret_cast<sockaddr*>(&*where), sizeof *where) != 0 || listen(socket_, 64) != 0 ||
      getsockname(socket_, reinterpret_cast<sockaddr*>(&*where), &size) != 0) {
    return absl::UnavailableError(absl::StrCat(address, ":", port, ": ", std::strerror(errno)));
  }
  port_ = ntohs(where->sin6_port);
  thread_ = std::thread([this] { accept_loop(); });
  return absl::OkStatus();
}

void Listener::accept_loop() {
  while (true) {
    sockaddr_in6 from{};
    socklen_t size = sizeof from;
    const int one = accept4(socket_, reinterpret_cast<sockaddr*>(&from), &size, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      if (one >= 0) close(one);
      return;
    }
    if (one < 0) continue;
    if (open_.size() >= kMaxConnections) {
      close(one);
      continue;
    }
    const int on = 1;
    setsockopt(one, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    open_.insert(one);
    std::thread(&Listener::serve, this, one, text_of(from)).detach();
  }
}

void Listener::serve(int socket, const std::string& peer) {
  handler_(socket, peer);
  const std::lock_guard lock(mutex_);
  close(socket);
  open_.erase(socket);
  idle_.notify_all();
}

void Listener::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int one : open_) shutdown(one, SHUT_RDWR);
  }
  shutdown(socket_, SHUT_RDWR);
  thread_.join();
  close(socket_);
  std::unique_lock lock(mutex_);
  for (const int one : open_) shutdown(one, SHUT_RDWR);
  idle_.wait(lock, [this] { return open_.empty(); });
}

}  // namespace phone::lab
