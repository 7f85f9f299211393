// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/download/pipe.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "common/http/message.hpp"
#include "common/os/steady_time.hpp"
#include "services/download/arrived.hpp"

namespace phone::download {
namespace {

// One direction: what has been read of one and not yet been written to the other.
class Direction {
 public:
  // `closes`: its end closes the other side.
  Direction(int from, int to, std::size_t most, bool closes = true)
      : from_(from), to_(to), left_(most), closes_(closes) {}

  bool reads() const { return open_ && begin_ == end_; }
  bool writes() const { return begin_ != end_; }
  bool over() const { return !open_ && begin_ == end_; }

  // False: it cannot go on.
  bool read() {
    const ssize_t got = recv(from_, bytes_.data(), bytes_.size(), 0);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) open_ = false;
    if (static_cast<std::size_t>(got) > left_) return false;
    left_ -= static_cast<std::size_t>(got);
    begin_ = 0;
    end_ = static_cast<std::size_t>(got);
    close_if_over();
    return true;
  }
  bool write() {
    const ssize_t sent = send(to_, bytes_.data() + begin_, end_ - begin_, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    begin_ += static_cast<std::size_t>(sent);
    close_if_over();
    return true;
  }

 private:
  void close_if_over() const {
    if (over() && closes_) shutdown(to_, SHUT_WR);
  }

  const int from_, to_;
  std::size_t left_;
  const bool closes_;
  std::array<char, 16 * 1024> bytes_{};
  std::size_t begin_ = 0, end_ = 0;
  bool open_ = true;
};

short events(const Direction& in, const Direction& out) {
  return static_cast<short>((in.reads() ? POLLIN : 0) | (out.writes() ? POLLOUT : 0));
}

}  // namespace

PipeEnd pass_bytes(int caller, int server, const http::Request& request, int cancel_fd) {
  Direction up(caller, server, http::kMostRequestBytes),
      down(server, caller, request.limit, request.scheme != http::Scheme::kPipeAnswered);
  const absl::Time end = os::steady_now() + absl::FromChrono(http::longest_time(request));
  const absl::Duration stall = absl::FromChrono(request.stall_timeout);
  absl::Time quiet = os::steady_now() + stall;
  while (!down.over()) {
    const absl::Time now = os::steady_now();
    if (now >= std::min(end, quiet)) return PipeEnd::kBroken;
    // A side that only hangs up would be reported over and over: it is polled when there is something to do with it.
    pollfd polled[] = {{caller, events(up, down), 0}, {server, events(down, up), 0}, {cancel_fd, POLLIN, 0}};
    for (auto& one : polled) one.fd = one.events == 0 ? -1 : one.fd;
    const int ready = poll(polled, 3, static_cast<int>(absl::ToInt64Milliseconds(std::min(end, quiet) - now)) + 1);
    if (ready < 0 && errno != EINTR) return PipeEnd::kBroken;
    if (ready <= 0) continue;
    if (polled[2].revents != 0) return PipeEnd::kBroken;
    quiet = now + stall;
    if (up.writes() && polled[1].revents != 0 && !up.write()) return PipeEnd::kBroken;
    if (down.writes() && polled[0].revents != 0 && !down.write()) return PipeEnd::kBroken;
    if (up.reads() && (polled[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !up.read()) return PipeEnd::kBroken;
    if (down.reads() && (polled[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !down.read())
      return PipeEnd::kBroken;
  }
  return up.writes() || !all_arrived(server) ? PipeEnd::kBroken : PipeEnd::kClosed;
}

}  // namespace phone::download
