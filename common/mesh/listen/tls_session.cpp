// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/listen/tls_session.hpp"

#include <absl/time/clock.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>

#include "common/crypto/pointers.hpp"
#include "common/log/log.hpp"

namespace phone::mesh {
namespace {

constexpr size_t kPiece = 16 * 1024;                    // a TLS record
constexpr absl::Duration kFarewell = absl::Seconds(1);  // for what gRPC said last
constexpr unsigned char kHandshakeRecord = 22;          // RFC 8446 section 5.1

// Bytes on their way in one direction.
struct Pipe {
  char bytes[kPiece];
  size_t from = 0, to = 0;
  bool empty() const { return from == to; }
  std::string_view rest() const { return {bytes + from, to - from}; }
  void filled(size_t size) {
    from = 0;
    to = size;
  }
};

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

TlsSession::TlsSession(os::Descriptor connection, std::shared_ptr<SSL_CTX> context,
                       std::function<void(os::Descriptor)> admit, std::function<void(const TlsFailure&)> refuse)
    : connection_(std::move(connection)),
      context_(std::move(context)),
      admit_(std::move(admit)),
      refuse_(std::move(refuse)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  thread_ = std::thread([this] {
    // OpenSSL writes to the socket with write(2): a client that is gone would otherwise end the process.
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    run();
    // Now, not when somebody asks: the client is told, and its place is free.
    shutdown(connection_.get(), SHUT_RDWR);
    gone_ = true;
  });
  pthread_setname_np(thread_.native_handle(), "tls.guest");
}

void TlsSession::stop() {
  if (!thread_.joinable()) return;
  if (eventfd_write(wake_.get(), 1) != 0) log::die("cannot create an eventfd for a TLS connection");
  thread_.join();
}

void TlsSession::run() {
  const crypto::SslPtr ssl(SSL_new(context_.get()));
  if (!ssl || SSL_set_fd(ssl.get(), connection_.get()) != 1) return log::warning("cannot create a TLS connection");
  SSL_set_accept_state(ssl.get());
  if (handshake(ssl.get()) != Handshake::kYes) return;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    return log::warning("cannot create a socket pair for a TLS connection", {{"errno", errno}});
  }
  const os::Descriptor local(ends[0]);
  admit_(os::Descriptor(ends[1]));
  after_handshake_.watch(ssl.get());
  pump(ssl.get(), local);
}

TlsSession::Handshake TlsSession::handshake(SSL* ssl) {
  const absl::Time deadline = absl::Now() + kHandshake;
  const auto refused = [this](TlsRefusal cause, const char* text) {
    refuse_({cause, text});
    return Handshake::kNo;
  };
  bool looked = false;
  short wanted = POLLIN;
  for (;;) {
    pollfd watched[2] = {{wake_.get(), POLLIN, 0}, {connection_.get(), wanted, 0}};
    const auto left = absl::ToInt64Milliseconds(deadline - absl::Now());
    const int ready = left <= 0 ? 0 : poll(watched, 2, static_cast<int>(left) + 1);
    if (watched[0].revents != 0) return Handshake::kStopped;
    if (ready == 0) return refused(TlsRefusal::kStalled, "the client did not finish the handshake in time");
    if (ready < 0) continue;
    unsigned char first = 0;
    if (!looked && recv(connection_.get(), &first, 1, MSG_PEEK) == 1) {
      looked = true;
      if (first != kHandshakeRecord) return refused(TlsRefusal::kNotTls, "the client did not speak TLS");
    }
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl);
    if (result == 1) return Handshake::kYes;
    const int error = SSL_get_error(ssl, result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
      refuse_(tls_failure(ssl, error));
      return Handshake::kNo;
    }
    wanted = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
  }
}

void TlsSession::pump(SSL* ssl, const os::Descriptor& local) {
  const auto in = std::make_unique<Pipe>();   // client to gRPC
  const auto out = std::make_unique<Pipe>();  // gRPC to client
  absl::Time end = absl::InfiniteFuture();    // once gRPC has closed
  bool drained = false;                       // and nothing more is to come from it
  for (;;) {
    short tls_wants = 0;
    bool read_waits = false, write_waits = false;
    // False: the client is gone.
    const auto waits = [&](int result, bool& which) {
      const int error = SSL_get_error(ssl, result);
      which = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
      tls_wants = static_cast<short>(tls_wants | (error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT));
      return which;
    };
    ERR_clear_error();
    if (in->empty()) {
      size_t got = 0;
      const int result = SSL_read_ex(ssl, in->bytes, kPiece, &got);
      if (after_handshake_.too_many()) {
        return log::warning("a TLS client is cut off", {{"reason", "it sends new keys without end"}});
      }
      if (result == 1) {
        in->filled(got);
      } else if (!waits(result, read_waits)) {
        return;
      }
    }
    if (!in->empty()) {
      const ssize_t sent = send(local.get(), in->rest().data(), in->rest().size(), MSG_NOSIGNAL);
      if (sent < 0 && !would_block()) return;
      if (sent > 0) in->from += static_cast<size_t>(sent);
    }
    if (out->empty() && !drained) {
      const ssize_t got = recv(local.get(), out->bytes, kPiece, 0);
      if (got > 0) out->filled(static_cast<size_t>(got));
      drained = got == 0 || (got < 0 && !would_block());
    }
    ERR_clear_error();
    if (!out->empty()) {
      size_t sent = 0;
      const int result = SSL_write_ex(ssl, out->rest().data(), out->rest().size(), &sent);
      if (result == 1) {
        out->from += sent;
      } else if (!waits(result, write_waits)) {
        return;
      }
    }
    if ((drained && out->empty()) || absl::Now() >= end) {
      SSL_shutdown(ssl);
      return;
    }
    const bool grpc_closed = end != absl::InfiniteFuture();
    if ((in->empty() && !read_waits) || (!out->empty() && !write_waits) || (grpc_closed && out->empty())) continue;
    // gRPC's end is watched even while nothing is wanted from it: a client that reads no more must not keep its place.
    const short local_wants = static_cast<short>((in->empty() ? 0 : POLLOUT) | (out->empty() ? POLLIN : 0));
    pollfd watched[3] = {{wake_.get(), POLLIN, 0},
                         {connection_.get(), tls_wants, 0},
                         {grpc_closed || drained ? -1 : local.get(), local_wants, 0}};
    poll(watched, 3, grpc_closed ? static_cast<int>(absl::ToInt64Milliseconds(end - absl::Now())) + 1 : -1);
    if (watched[0].revents != 0) return;
    if ((watched[2].revents & (POLLHUP | POLLERR)) != 0) end = absl::Now() + kFarewell;
    // With nothing wanted from it, a connection that was reset would be reported again and again.
    if ((watched[1].revents & (POLLERR | POLLHUP)) != 0 && (tls_wants & POLLIN) == 0) return;
  }
}

}  // namespace phone::mesh
