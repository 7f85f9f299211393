// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// loopback.hpp -- listeners to connect to.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <string>

namespace phone::sandbox {

class LoopbackListener {
 public:
  LoopbackListener() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (bind(fd_, reinterpret_cast<sockaddr*>(&at), size) == 0 && ::listen(fd_, 64) == 0 &&
        getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size) == 0) {
      port_ = ntohs(at.sin_port);
    }
  }
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;
  ~LoopbackListener() { close(fd_); }
  unsigned short port() const { return port_; }

 private:
  const int fd_;
  unsigned short port_ = 0;
};

class UnixListener {
 public:
  UnixListener() : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  UnixListener(const UnixListener&) = delete;
  UnixListener& operator=(const UnixListener&) = delete;
  ~UnixListener() { close(fd_); }
  bool listen(const std::string& name, bool abstract) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    name.copy(at.sun_path + (abstract ? 1 : 0), sizeof at.sun_path - 2);
    const auto size = abstract ? static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size())
                               : static_cast<socklen_t>(sizeof at);
    return bind(fd_, reinterpret_cast<sockaddr*>(&at), size) == 0 && ::listen(fd_, 64) == 0;
  }

 private:
  const int fd_;
};

}  // namespace phone::sandbox
