// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/tls/socket.hpp"

#include <absl/strings/str_cat.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "common/os/descriptor.hpp"
#include "common/os/steady_time.hpp"

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

absl::Status connect_failure(const Dial& dial, int error) {
  return absl::UnavailableError(
      absl::StrCat("connect to ", dial.host, " port ", dial.port, ": ", std::strerror(error)));
}

// A socket that is connecting, or has connected already.
absl::StatusOr<os::Descriptor> begin_connecting(const addrinfo& to, const Dial& dial) {
  os::Descriptor fd(socket(to.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return absl::UnavailableError(absl::StrCat("no socket: ", std::strerror(errno)));
  if (auto status = set_options(fd.get(), to.ai_family, dial); !status.ok()) return status;
  if (::connect(fd.get(), to.ai_addr, to.ai_addrlen) == 0 || errno == EINPROGRESS) return fd;
  return connect_failure(dial, errno);
}

// Connection attempts to the addresses of one name.
class Race {
 public:
  Race(const Dial& dial, const addrinfo* first) : dial_(dial), next_(first) {}

  absl::StatusOr<int> run(absl::Time deadline) {
    for (;;) {
      const absl::Time now = os::steady_now();
      if (next_ != nullptr && (running_.empty() || now >= due_)) begin(now);
      if (running_.empty() && next_ == nullptr) return last_;
      if (running_.empty()) continue;
      if (now >= deadline) return absl::DeadlineExceededError("the peer did not answer in time");
      const auto winner = wait(next_ != nullptr ? std::min(due_, deadline) : deadline, now);
      if (!winner.ok() || *winner >= 0) return winner;
    }
  }

 private:
  void begin(absl::Time now) {
    auto begun = begin_connecting(*next_, dial_);
    next_ = ++tried_ < kMostAddresses ? next_->ai_next : nullptr;
    due_ = now + kNextAddress;
    if (begun.ok()) {
      running_.push_back(*std::move(begun));
    } else {
      last_ = begun.status();
    }
  }

  // The one that has connected; -1: none yet. Those that have failed are dropped.
  absl::StatusOr<int> wait(absl::Time until, absl::Time now) {
    std::array<pollfd, kMostAddresses + 1> polled;
    for (std::size_t i = 0; i < running_.size(); ++i) polled[i] = {running_[i].get(), POLLOUT, 0};
    polled[running_.size()] = {dial_.cancel_fd, POLLIN, 0};
    constexpr absl::Duration kLongestPoll = absl::Hours(1);
    const int64_t timeout = absl::ToInt64Milliseconds(std::clamp(until - now, absl::ZeroDuration(), kLongestPoll)) + 1;
    const int ready = poll(polled.data(), running_.size() + 1, static_cast<int>(timeout));
    if (ready < 0 && errno != EINTR) return absl::UnavailableError(absl::StrCat("poll: ", std::strerror(errno)));
    if (ready <= 0) return -1;
    if (polled[running_.size()].revents != 0) return absl::CancelledError("interrupted");
    for (std::size_t i = running_.size(); i-- > 0;) {
      if (polled[i].revents == 0) continue;
      int error = 0;
      socklen_t size = sizeof error;
      getsockopt(running_[i].get(), SOL_SOCKET, SO_ERROR, &error, &size);
      if (error == 0) return running_[i].release();
      last_ = connect_failure(dial_, error);
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return -1;
  }

  const Dial& dial_;
  const addrinfo* next_;
  int tried_ = 0;
  absl::Time due_;
  std::vector<os::Descriptor> running_;
  absl::Status last_ = absl::UnavailableError(absl::StrCat(dial_.host, " has no address"));
};

}  // namespace

bool is_address(const std::string& host) {
  in6_addr ignored;
  return inet_pton(AF_INET, host.c_str(), &ignored) == 1 || inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

absl::StatusOr<int> dial(const Dial& dial) {
  const absl::Time deadline = os::steady_now() + dial.timeout;
  auto list = resolve(dial.host, absl::StrCat(dial.port), deadline, dial.cancel_fd, dial.lookup);
  if (!list.ok()) return list.status();
  return Race(dial, list->get()).run(deadline);
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
    absl::Duration left = deadline - os::steady_now();
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
