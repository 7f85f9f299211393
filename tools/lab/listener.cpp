// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "absl/strings/str_cat.h"

namespace phone::lab {
namespace {
constexpr size_t kMaxConnections = 128;
}

absl::Status Listener::start(const std::string& address, uint16_t port, Handler handler) {
  handler_ = std::move(handler);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1) {
    return absl::InvalidArgumentError(absl::StrCat("not an IPv4 address: ", address));
  }
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  socklen_t size = sizeof where;
  if (bind(socket_, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0 || listen(socket_, 64) != 0 ||
      getsockname(socket_, reinterpret_cast<sockaddr*>(&where), &size) != 0) {
    return absl::UnavailableError(absl::StrCat(address, ":", port, ": ", std::strerror(errno)));
  }
  port_ = ntohs(where.sin_port);
  thread_ = std::thread([this] { accept_loop(); });
  return absl::OkStatus();
}

void Listener::accept_loop() {
  while (true) {
    sockaddr_in from{};
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
    char text[INET_ADDRSTRLEN] = {};
    inet_ntop(AF_INET, &from.sin_addr, text, sizeof text);
    open_.insert(one);
    std::thread(&Listener::serve, this, one, absl::StrCat(text, ":", ntohs(from.sin_port))).detach();
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
