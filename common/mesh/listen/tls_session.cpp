// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/listen/tls_session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "common/log/log.hpp"
#include "common/mesh/listen/tls_context.hpp"

namespace phone::mesh {
namespace {

constexpr size_t kPiece = 16 * 1024;  // a TLS record
constexpr int kPiecesPerTurn = 8;     // then the other connections have their turn
constexpr absl::Duration kFarewell = absl::Seconds(1);
constexpr unsigned char kHandshakeRecord = 22;  // RFC 8446 section 5.1
constexpr std::uint32_t kHangUp = EPOLLERR | EPOLLHUP;
// Only a hang-up, and that once: level-triggered it would be reported again and again.
constexpr std::uint32_t kHangUpOnly = EPOLLET;

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

// Bytes on their way in one direction.
struct TlsSession::Pipe {
  char bytes[kPiece];
  size_t from = 0, to = 0;
  bool empty() const { return from == to; }
  std::string_view rest() const { return {bytes + from, to - from}; }
  void filled(size_t size) {
    from = 0;
    to = size;
  }
  // As much as there is room for behind what is there.
  void append(std::string_view more) {
    std::memmove(bytes, bytes + from, to - from);
    filled(to - from);
    const size_t size = std::min(more.size(), sizeof bytes - to);
    std::memcpy(bytes + to, more.data(), size);
    to += size;
  }
};

TlsSession::TlsSession(os::EventLoop& loop, os::Descriptor connection, std::shared_ptr<SSL_CTX> context, Behind behind,
                       std::function<void(os::Descriptor, bool)> admit, std::function<void(const TlsFailure&)> refuse)
    : loop_(loop),
      connection_(std::move(connection)),
      context_(std::move(context)),
      behind_(behind),
      admit_(std::move(admit)),
      refuse_(std::move(refuse)),
      deadline_(loop, [this] { expired(); }),
      again_(loop, [this] { pump(); }) {
  loop_.post([this] { begin(); });
}

TlsSession::~TlsSession() { stop(); }

void TlsSession::stop() {
  loop_.sync([this] { end("stopped"); });
}

std::string TlsSession::judge_again(const clock::Present& present) {
  std::string reason;
  loop_.sync([&] {
    if (state_ != State::kOpen && state_ != State::kFarewell) return;
    const int error = error_of_dates(ssl_.get(), present);
    if (error == X509_V_OK) return;
    reason = X509_verify_cert_error_string(error);
    end("the client's certificate is outside its validity");
  });
  return reason;
}

void TlsSession::enter(State state, const char* cause) {
  static constexpr const char* kNames[] = {"handshake", "open", "farewell", "gone"};
  const State from = state_.exchange(state);
  if (from == state) return;
  log::debug(
      "TLS session",
      {{"from", kNames[static_cast<size_t>(from)]}, {"to", kNames[static_cast<size_t>(state)]}, {"cause", cause}});
}

void TlsSession::begin() {
  if (gone()) return;
  ssl_.reset(SSL_new(context_.get()));
  if (!ssl_ || SSL_set_fd(ssl_.get(), connection_.get()) != 1) {
    log::warning("cannot create a TLS connection");
    return end("no TLS connection");
  }
  SSL_set_accept_state(ssl_.get());
  deadline_.expire_in(absl::ToChronoNanoseconds(kHandshake));
  client_watch_.emplace(loop_, connection_.get(), client_wants_ = EPOLLIN,
                        [this](std::uint32_t events) { client_ready(events); });
}

void TlsSession::client_ready(std::uint32_t events) {
  if (state_ == State::kHandshake) return handshake();
  if ((events & kHangUp) != 0 && (client_wants_ & EPOLLIN) == 0) return end("the client has gone");
  pump();
}

void TlsSession::grpc_ready(std::uint32_t events) {
  if ((events & kHangUp) != 0 && state_ == State::kOpen) {
    enter(State::kFarewell, "gRPC has closed");
    deadline_.expire_in(absl::ToChronoNanoseconds(kFarewell));
  }
  pump();
}

void TlsSession::expired() {
  if (state_ == State::kHandshake) {
    return refuse({TlsRefusal::kStalled, "the client did not finish the handshake in time"}, "stalled");
  }
  SSL_shutdown(ssl_.get());
  end("the client does not read gRPC's last bytes");
}

void TlsSession::refuse(const TlsFailure& failure, const char* cause) {
  refuse_(failure);
  end(cause);
}

void TlsSession::handshake() {
  unsigned char first = 0;
  if (!looked_ && recv(connection_.get(), &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1) {
    looked_ = true;
    if (first != kHandshakeRecord) {
      if (behind_ == Behind::kGrpc) tell_plain_client();
      return refuse({TlsRefusal::kNotTls, "the client did not speak TLS"}, "not TLS");
    }
  }
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) return open();
  const int error = SSL_get_error(ssl_.get(), result);
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
    return refuse(tls_failure(ssl_.get(), error), "the handshake failed");
  }
  client_watch_->want(client_wants_ = error == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT);
}

// To a browser that was given http instead of https. What it has sent is read first: else the answer would be lost with
// the connection (RFC 9112 section 9.6).
void TlsSession::tell_plain_client() const {
  char bytes[4096];
  const ssize_t got = recv(connection_.get(), bytes, sizeof bytes, MSG_DONTWAIT);
  FirstRequest request;
  if (got <= 0 || request.take({bytes, static_cast<size_t>(got)}) != FirstRequest::Kind::kHttp1) return;
  const std::string answer = http1_answer();
  (void)send(connection_.get(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

bool TlsSession::is_browser() {
  const FirstRequest::Kind kind = first_request_.kind();
  return kind == FirstRequest::Kind::kHttp1 || kind == FirstRequest::Kind::kHttp2Get;
}

// gRPC hears of it no more, and what it has sent, its settings, goes first.
void TlsSession::tell_browser() {
  static auto& counter =
      metrics::refusals("tls_not_grpc", "HTTP requests on the diagnostics port that were not of a gRPC client");
  counter.add();
  const std::string answer =
      first_request_.kind() == FirstRequest::Kind::kHttp1 ? http1_answer() : http2_answer(first_request_.stream());
  in_->filled(0);
  out_->append(answer);
  drained_ = true;
  grpc_watch_.reset();
  local_.close();
  enter(State::kFarewell, "the client is not a gRPC client");
  deadline_.expire_in(absl::ToChronoNanoseconds(kFarewell));
}

// HTTP/1.1 by its own wish: it is not shown to gRPC, and has as long for its request as for the handshake.
bool TlsSession::is_http1() const {
  const unsigned char* chosen = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &chosen, &size);
  return std::string_view(reinterpret_cast<const char*>(chosen), size) == "http/1.1";
}

void TlsSession::open() {
  in_ = std::make_unique<Pipe>();
  out_ = std::make_unique<Pipe>();
  after_handshake_.watch(ssl_.get());
  if (behind_ == Behind::kGrpc && is_http1()) {
    enter(State::kOpen, "the client speaks HTTP/1.1");
    deadline_.expire_in(absl::ToChronoNanoseconds(kHandshake));
    return pump();
  }
  deadline_.cancel();
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    log::warning("cannot create a socket pair for a TLS connection", {{"errno", errno}});
    return end("no socket pair");
  }
  local_ = os::Descriptor(ends[0]);
  enter(State::kOpen, "the client has proven who it is");
  admit_(os::Descriptor(ends[1]), SSL_get0_peer_certificate(ssl_.get()) != nullptr);
  grpc_watch_.emplace(loop_, local_.get(), kHangUpOnly, [this](std::uint32_t events) { grpc_ready(events); });
  pump();
}

// The events OpenSSL waits for after `result`; false: the client has gone.
bool TlsSession::waits(int result, std::uint32_t& wants) const {
  const int error = SSL_get_error(ssl_.get(), result);
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return false;
  wants |= error == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT;
  return true;
}

// The next two are false when the connection is to be ended, and say whether they wait for the client.
bool TlsSession::read_client(std::uint32_t& wants, bool& waiting) {
  size_t got = 0;
  ERR_clear_error();
  const int result = SSL_read_ex(ssl_.get(), in_->bytes, kPiece, &got);
  if (after_handshake_.too_many()) {
    log::warning("a TLS client is cut off", {{"reason", "it sends new keys without end"}});
    return false;
  }
  if (result == 1) {
    in_->filled(got);
    if (behind_ == Behind::kWeb) return true;
    if (is_browser()) {
      in_->filled(0);  // it has its answer
    } else if (first_request_.kind() == FirstRequest::Kind::kUnknown) {
      first_request_.take(in_->rest());
      if (is_browser()) tell_browser();
    }
    return true;
  }
  return waiting = waits(result, wants);
}

bool TlsSession::write_client(std::uint32_t& wants, bool& waiting) {
  size_t sent = 0;
  ERR_clear_error();
  const int result = SSL_write_ex(ssl_.get(), out_->rest().data(), out_->rest().size(), &sent);
  if (result == 1) {
    out_->from += sent;
    return true;
  }
  return waiting = waits(result, wants);
}

bool TlsSession::pass_to_grpc() {
  const ssize_t sent = send(local_.get(), in_->rest().data(), in_->rest().size(), MSG_NOSIGNAL);
  if (sent < 0 && !would_block()) return false;
  if (sent > 0) in_->from += static_cast<size_t>(sent);
  return true;
}

void TlsSession::take_from_grpc() {
  const ssize_t got = recv(local_.get(), out_->bytes, kPiece, 0);
  if (got > 0) out_->filled(static_cast<size_t>(got));
  drained_ = got == 0 || (got < 0 && !would_block());
}

void TlsSession::pump() {
  for (int piece = 0; piece < kPiecesPerTurn; ++piece) {
    std::uint32_t wants = 0;
    bool read_waits = false, write_waits = false;
    if (in_->empty() && !read_client(wants, read_waits)) return end("the client has gone");
    if (!in_->empty() && !pass_to_grpc()) return end("gRPC has gone");
    if (out_->empty() && !drained_ && local_) take_from_grpc();
    if (!out_->empty() && !write_client(wants, write_waits)) return end("the client has gone");
    if (drained_ && out_->empty()) {
      SSL_shutdown(ssl_.get());
      return end("gRPC has closed");
    }
    const bool more = state_ == State::kFarewell && out_->empty();
    if ((in_->empty() && !read_waits) || (!out_->empty() && !write_waits) || more) continue;
    // gRPC's end is watched even while nothing is wanted from it: a client that reads no more must not keep its place.
    const std::uint32_t local = (in_->empty() ? 0U : EPOLLOUT) | (out_->empty() ? EPOLLIN : 0U);
    client_watch_->want(client_wants_ = wants != 0 ? wants : kHangUpOnly);
    if (grpc_watch_) grpc_watch_->want(state_ == State::kFarewell || drained_ ? 0U : local != 0 ? local : kHangUpOnly);
    return;
  }
  again_.expire_in({});
}

// At once, not when the acceptor looks: the client sees the end, and its place is free.
void TlsSession::end(const char* cause) {
  if (gone()) return;
  for (auto* watch : {&client_watch_, &grpc_watch_}) watch->reset();
  deadline_.cancel();
  again_.cancel();
  shutdown(connection_.get(), SHUT_RDWR);
  local_.close();
  enter(State::kGone, cause);
}

}  // namespace phone::mesh
