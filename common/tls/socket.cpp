// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/tls/socket.hpp"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/tls/resolve.hpp"

namespace phone::tls {
namespace {

std::string text_of(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
    return absl::StrCat(text, ":", ntohs(in.sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(address);
    inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
    return absl::StrCat("[", text, "]:", ntohs(in.sin6_port));
  }
  return {};
}

absl::Status set_options(int fd, int family, const Dial& dial) {
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (dial.dscp >= 0) {
    int tos = dial.dscp << 2;
    family == AF_INET6 ? setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof tos)
                       : setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof tos);
  }
  if (dial.bind_address.empty()) return absl::OkStatus();
  auto local = parse_address(dial.bind_address, "");
  if (!local.ok()) return local.status();
  if (bind(fd, (*local)->ai_addr, (*local)->ai_addrlen) != 0) {
    return absl::UnavailableError(absl::StrCat("cannot bind to ", dial.bind_address, ": ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

absl::StatusOr<int> connect_one(const addrinfo& to, const Dial& dial, absl::Time deadline) {
  int fd = socket(to.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return absl::UnavailableError(absl::StrCat("no socket: ", std::strerror(errno)));
  absl::Status status = set_options(fd, to.ai_family, dial);
  if (status.ok() && ::connect(fd, to.ai_addr, to.ai_addrlen) != 0) {
    int error = errno;
    if (error == EINPROGRESS) {
      status = wait_for(fd, POLLOUT, deadline, dial.cancel_fd, -1);
      socklen_t size = sizeof error;
      error = 0;
      if (status.ok()) getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (status.ok() && error != 0) {
      status = absl::UnavailableError(
          absl::StrCat("connect to ", dial.host, " port ", dial.port, ": ", std::strerror(error)));
    }
  }
  if (status.ok()) return fd;
  close(fd);
  return status;
}

}  // namespace

bool is_address(const std::string& host) {
  in6_addr ignored;
  return inet_pton(AF_INET, host.c_str(), &ignored) == 1 || inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

absl::StatusOr<int> dial(const Dial& dial) {
  const absl::Time deadline = absl::Now() + dial.timeout;
  auto list = resolve(dial.host, absl::StrCat(dial.port), deadline, dial.cancel_fd);
  if (!list.ok()) return list.status();
  absl::Status last = absl::UnavailableError(absl::StrCat(dial.host, " has no address"));
  for (const addrinfo* one = list->get(); one != nullptr; one = one->ai_next) {
    auto fd = connect_one(*one, dial, deadline);
    if (fd.ok()) return fd;
    last = fd.status();
    if (absl::IsCancelled(last)) break;
  }
  return last;
}

std::string local_address(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return text_of(address);
}

std::string remote_address(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return text_of(address);
}

absl::Status wait_for(int fd, short events, absl::Time deadline, int cancel_fd, int wake_fd) {
  for (;;) {
    pollfd polled[3] = {{fd, events, 0}, {cancel_fd, POLLIN, 0}, {wake_fd, POLLIN, 0}};
    absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) return absl::DeadlineExceededError("the peer did not answer in time");
    constexpr absl::Duration kLongestPoll = absl::Hours(1);  // then looked at again: a deadline may be infinite
    const int64_t timeout = absl::ToInt64Milliseconds(std::min(left, kLongestPoll)) + 1;
    int ready = poll(polled, 3, static_cast<int>(timeout));
    if (ready < 0 && errno != EINTR) return absl::UnavailableError(absl::StrCat("poll: ", std::strerror(errno)));
    if (ready <= 0) continue;
    if (polled[1].revents != 0 || polled[2].revents != 0) return absl::CancelledError("interrupted");
    if (polled[0].revents != 0) return absl::OkStatus();
  }
}

}  // namespace phone::tls
