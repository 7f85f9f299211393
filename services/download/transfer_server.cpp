// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/download/transfer_server.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "common/log/log.hpp"
#include "services/download/exchange.hpp"

namespace phone::download {

TransferServer::TransferServer(os::Descriptor listening, http::Fetch fetch, Limits limits, std::function<void()> alive)
    : listening_(std::move(listening)),
      fetch_(std::move(fetch)),
      limits_(limits),
      alive_(std::move(alive)),
      idle_(loop_, [this] { leave(); }),
      tick_(loop_, [this] { tick(); }) {
  fcntl(listening_.get(), F_SETFL, fcntl(listening_.get(), F_GETFL) | O_NONBLOCK);
  accept_.emplace(loop_, listening_.get(), EPOLLIN, [this](std::uint32_t events) { admit(events); });
}

TransferServer::~TransferServer() {
  for (Session& session : sessions_) {
    session.cancellation.cancel();
    session.thread.join();
  }
}

void TransferServer::run() {
  if (limits_.idle.count() > 0) idle_.expire_in(limits_.idle);
  if (limits_.tick.count() > 0) tick_.expire_in(limits_.tick);
  loop_.run();
}

// The queue is not read any more: a caller of this moment waits for the next process.
void TransferServer::leave() {
  accept_.reset();
  loop_.stop();
}

void TransferServer::tick() {
  if (alive_) alive_();
  tick_.expire_in(limits_.tick);
}

void TransferServer::admit(std::uint32_t events) {
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) log::die("the listening socket failed");
  os::Descriptor fd(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!fd) {
    if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) log::warning("accept", {{"errno", errno}});
    return;
  }
  idle_.cancel();
  const auto session = sessions_.emplace(sessions_.end());
  session->fd = std::move(fd);
  // A caller sends nothing that is not read by its exchange; only its hanging up is seen here.
  session->hang_up.emplace(loop_, session->fd.get(), EPOLLRDHUP, [session](std::uint32_t) {
    session->hang_up->want(0);
    session->cancellation.cancel();
  });
  session->thread = std::thread([this, session] {
    serve(session->fd.get(), session->cancellation, fetch_);
    loop_.post([this, session] { finish(session); });
  });
  if (sessions_.size() >= limits_.most) accept_->want(0);
}

void TransferServer::finish(std::list<Session>::iterator session) {
  session->thread.join();
  sessions_.erase(session);
  if (accept_) accept_->want(EPOLLIN);
  if (sessions_.empty() && limits_.idle.count() > 0) idle_.expire_in(limits_.idle);
}

}  // namespace phone::download
