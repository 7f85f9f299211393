// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/download/deliver.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "absl/status/status.h"
#include "common/http/plain.hpp"
#include "common/os/descriptor.hpp"
#include "common/os/steady_time.hpp"
#include "common/tls/socket.hpp"
#include "services/download/arrived.hpp"

namespace phone::download {
namespace {

http::Result ended(http::Outcome outcome, std::string detail = {}) {
  return {.outcome = outcome, .detail = std::move(detail)};
}

bool later(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

std::string cause(const char* doing) {
  const absl::Status status = absl::ErrnoToStatus(errno, doing);
  return std::string(status.message());
}

}  // namespace

http::Result deliver(const http::Request& request, int cancel_fd) {
  if (!http::plain_host(request.host)) return ended(http::Outcome::kFailed, "invalid server");
  auto dialled = tls::dial({.host = request.host,
                            .port = request.port,
                            .bind_address = {},
                            .cancel_fd = cancel_fd,
                            .timeout = absl::FromChrono(request.connect_timeout)});
  if (!dialled.ok()) return ended(http::Outcome::kUnreachable, std::string(dialled.status().message()));
  const os::Descriptor server(*dialled);
  const absl::Time end = os::steady_now() + absl::FromChrono(request.total_timeout);
  std::string_view left = request.post;
  std::size_t heard = 0;
  while (true) {
    const absl::Duration time = end - os::steady_now();
    if (time <= absl::ZeroDuration()) return ended(http::Outcome::kBroken, "not read in time");
    pollfd polled[] = {{server.get(), static_cast<short>(POLLIN | (left.empty() ? 0 : POLLOUT)), 0},
                       {cancel_fd, POLLIN, 0}};
    const int ready = poll(polled, 2, static_cast<int>(absl::ToInt64Milliseconds(time)) + 1);
    if (ready < 0 && errno != EINTR) return ended(http::Outcome::kBroken, cause("waiting for the server"));
    if (ready <= 0) continue;
    if (polled[1].revents != 0) return ended(http::Outcome::kCancelled);
    if (!left.empty() && (polled[0].revents & POLLOUT) != 0) {
      const ssize_t sent = send(server.get(), left.data(), left.size(), MSG_NOSIGNAL);
      if (sent < 0 && !later(errno)) return ended(http::Outcome::kBroken, cause("writing"));
      if (sent > 0) left.remove_prefix(static_cast<std::size_t>(sent));
      if (left.empty() && shutdown(server.get(), SHUT_WR) != 0) return ended(http::Outcome::kBroken, cause("writing"));
    }
    if ((polled[0].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
    char dropped[1024];
    const ssize_t got = recv(server.get(), dropped, sizeof dropped, 0);
    if (got < 0 && later(errno)) continue;
    if (got < 0) return ended(http::Outcome::kBroken, cause("the server did not read everything"));
    if (got == 0) {
      return left.empty() && all_arrived(server.get())
                 ? ended(http::Outcome::kOk)
                 : ended(http::Outcome::kBroken, "the server closed before it had read everything");
    }
    heard += static_cast<std::size_t>(got);
    if (heard > request.limit) return ended(http::Outcome::kBroken, "the server talks instead of listening");
  }
}

}  // namespace phone::download
