// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/download/transfer_server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "common/log/log.hpp"
#include "services/download/exchange.hpp"

namespace phone::download {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kLongestWait = std::chrono::hours(1);

void wake(int fd) {
  const std::uint64_t one = 1;
  if (write(fd, &one, sizeof one) < 0) log::die("cannot wake the transfer server");
}

}  // namespace

TransferServer::TransferServer(os::Descriptor listening, http::Fetch fetch, Limits limits, std::function<void()> alive)
    : listening_(std::move(listening)),
      fetch_(std::move(fetch)),
      limits_(limits),
      alive_(std::move(alive)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      busy_until_(Clock::now()) {
  fcntl(listening_.get(), F_SETFL, fcntl(listening_.get(), F_GETFL) | O_NONBLOCK);
}

TransferServer::~TransferServer() {
  for (Session& session : sessions_) {
    session.gone = true;
    session.thread.join();
  }
}

void TransferServer::stop() {
  stopped_ = true;
  wake(wake_.get());
}

void TransferServer::run() {
  busy_until_ = Clock::now();
  while (!stopped_ && wait()) {
    cancel_sessions();
    if (alive_) alive_();
  }
}

bool TransferServer::wait() {
  std::chrono::milliseconds most = limits_.tick.count() > 0 ? limits_.tick : kLongestWait;
  if (sessions_.empty() && limits_.idle.count() > 0) {
    const auto left = busy_until_ + limits_.idle - Clock::now();
    if (left <= Clock::duration::zero()) return false;
    most = std::min(most, std::chrono::ceil<std::chrono::milliseconds>(left));
  }
  const bool full = sessions_.size() >= limits_.most;
  std::vector<pollfd> polled{{wake_.get(), POLLIN, 0}, {full ? -1 : listening_.get(), POLLIN, 0}};
  // A caller sends nothing that is not read by its exchange; that it hangs up is seen here.
  for (const Session& session : sessions_) polled.push_back({session.gone ? -1 : session.fd.get(), POLLRDHUP, 0});
  const int ready = poll(polled.data(), polled.size(), static_cast<int>(most.count()));
  if (ready < 0 && errno != EINTR) log::die("poll in the transfer server", {{"errno", errno}});
  if (ready <= 0) return true;
  if (std::uint64_t ignored = 0; polled[0].revents != 0 && read(wake_.get(), &ignored, sizeof ignored) < 0) {
    log::die("download was started without its activation socket");
  }
  if ((polled[1].revents & (POLLERR | POLLNVAL)) != 0) log::die("the listening socket failed");
  std::size_t at = 2;
  for (Session& session : sessions_) {
    if (polled[at++].revents != 0) session.gone = true;
  }
  if ((polled[1].revents & POLLIN) != 0) admit();
  return true;
}

void TransferServer::admit() {
  os::Descriptor fd(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!fd) {
    if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) log::warning("accept", {{"errno", errno}});
    return;
  }
  Session& session = sessions_.emplace_back();
  session.fd = std::move(fd);
  // The exchange blocks, in curl and in getaddrinfo.
  session.thread = std::thread([this, &session] {
    serve(session.fd.get(), session.gone, fetch_);
    session.served = true;
    wake(wake_.get());
  });
}

void TransferServer::cancel_sessions() {
  for (auto session = sessions_.begin(); session != sessions_.end();) {
    if (!session->served) {
      ++session;
      continue;
    }
    session->thread.join();
    session = sessions_.erase(session);
    busy_until_ = Clock::now();
  }
}

}  // namespace phone::download
