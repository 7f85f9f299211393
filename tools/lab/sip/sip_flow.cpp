// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/sip_flow.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"

namespace phone::lab {
namespace {

constexpr std::chrono::seconds kHandshakeTime(10);
constexpr size_t kMaxQueue = 32UL << 20;  // room for the oversized fault

}  // namespace

SipFlow::SipFlow(SSL_CTX* context, int socket)
    : ssl_(context != nullptr ? SSL_new(context) : nullptr),
      socket_(socket),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  fcntl(socket_, F_SETFL, fcntl(socket_, F_GETFL) | O_NONBLOCK);
  if (ssl_) SSL_set_fd(ssl_.get(), socket_);
}

SipFlow::~SipFlow() { close(wake_); }

void SipFlow::wait(short events, int milliseconds) {
  pollfd both[] = {{.fd = socket_, .events = events, .revents = 0}, {.fd = wake_, .events = POLLIN, .revents = 0}};
  poll(both, 2, milliseconds);
  uint64_t ignored = 0;
  if (read(wake_, &ignored, sizeof ignored) < 0) return;  // nothing was waiting
}

absl::Status SipFlow::handshake() {
  if (!ssl_) return absl::OkStatus();
  const auto deadline = std::chrono::steady_clock::now() + kHandshakeTime;
  while (true) {
    ERR_clear_error();
    const int done = SSL_accept(ssl_.get());
    if (done == 1) return absl::OkStatus();
    const int why = SSL_get_error(ssl_.get(), done);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
      const std::string reason = openssl_error_text();
      return absl::UnavailableError(absl::StrCat("TLS handshake: ", reason.empty() ? "closed by the client" : reason));
    }
    if (std::chrono::steady_clock::now() > deadline) return absl::DeadlineExceededError("TLS handshake: too slow");
    wait(why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, 500);
  }
}

IdentityPtr SipFlow::peer() const {
  if (!ssl_) return nullptr;
  X509Ptr certificate(SSL_get1_peer_certificate(ssl_.get()));
  return certificate ? std::make_shared<Identity>(std::move(certificate), nullptr) : nullptr;
}

void SipFlow::send(const std::string& text) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() < kMaxQueue) queue_ += text;
  }
  const uint64_t one = 1;
  if (write(wake_, &one, sizeof one) < 0) return;  // full means it is awake already
}

SipFlow::Done SipFlow::read_some(char* buffer, int size, int& got) {
  if (!ssl_) {
    got = static_cast<int>(recv(socket_, buffer, static_cast<size_t>(size), 0));
    if (got > 0) return Done::kSome;
    return got == 0 ? Done::kClosed : errno == EAGAIN ? Done::kMustRead : Done::kFailed;
  }
  ERR_clear_error();
  got = SSL_read(ssl_.get(), buffer, size);
  if (got > 0) return Done::kSome;
  switch (SSL_get_error(ssl_.get(), got)) {
    case SSL_ERROR_ZERO_RETURN:
      return Done::kClosed;
    case SSL_ERROR_SYSCALL:
    case SSL_ERROR_SSL:
      return Done::kFailed;
    default:
      return Done::kMustRead;
  }
}

SipFlow::Done SipFlow::write_some(int& sent) {
  if (!ssl_) {
    sent = static_cast<int>(::send(socket_, sending_.data(), sending_.size(), MSG_NOSIGNAL));
    return sent > 0 ? Done::kSome : errno == EAGAIN ? Done::kMustWrite : Done::kFailed;
  }
  ERR_clear_error();
  sent = SSL_write(ssl_.get(), sending_.data(), static_cast<int>(sending_.size()));
  if (sent > 0) return Done::kSome;
  const int why = SSL_get_error(ssl_.get(), sent);
  return why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ ? Done::kMustWrite : Done::kFailed;
}

std::string SipFlow::failure() const {
  const std::string detail = ssl_ ? openssl_error_text() : "";
  return detail.empty() ? "connection reset" : detail;
}

// True: the socket must become writable before there is more to do.
bool SipFlow::flush() {
  {
    const std::lock_guard lock(mutex_);
    sending_ += queue_;
    queue_.clear();
  }
  while (!sending_.empty() && ended_.empty()) {
    int sent = 0;
    const Done done = write_some(sent);
    if (done == Done::kMustWrite) return true;
    if (done == Done::kSome) {
      sending_.erase(0, static_cast<size_t>(sent));
    } else {
      ended_ = absl::StrCat("write failed: ", failure());
    }
  }
  return false;
}

// True: something was read.
bool SipFlow::drain(SipFramer& framer) {
  char buffer[8192];
  bool any = false;
  while (true) {
    int got = 0;
    const Done done = read_some(buffer, sizeof buffer, got);
    if (done == Done::kSome) {
      framer.append({buffer, static_cast<size_t>(got)});
      any = true;
      continue;
    }
    if (done == Done::kClosed) ended_ = "closed by the phone";
    if (done == Done::kFailed) ended_ = failure();
    return any;
  }
}

std::string SipFlow::run(const std::function<void(const std::string& message)>& receive) {
  SipFramer framer;
  while (ended_.empty()) {
    drain(framer);
    while (auto message = framer.next()) receive(*message);
    for (unsigned pings = framer.take_pings(); pings > 0; --pings) send("\r\n");
    if (framer.broken()) ended_ = "not SIP";
    if (!ended_.empty()) break;
    if (sending_.empty()) sending_ = more_();
    const bool flooding = !sending_.empty();
    const bool blocked = flush();
    if (ended_.empty() && (blocked || !flooding)) wait(blocked ? POLLIN | POLLOUT : POLLIN, 1000);
  }
  return ended_;
}

}  // namespace phone::lab
