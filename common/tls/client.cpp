// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/tls/client.hpp"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>

#include "common/crypto/errors.hpp"
#include "common/crypto/x509.hpp"
#include "common/os/steady_time.hpp"
#include "common/tls/socket.hpp"

namespace phone::tls {
namespace {

constexpr int kMaximumChain = 8;

std::string to_der(X509* certificate) {
  int size = i2d_X509(certificate, nullptr);
  if (size <= 0) return {};
  std::string der(static_cast<size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_X509(certificate, &out);
  return der;
}

// OpenSSL writes to the socket with write(2): a peer that is gone would otherwise end the process.
void ignore_sigpipe() {
  static std::once_flag once;
  std::call_once(once, [] { std::signal(SIGPIPE, SIG_IGN); });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::connect(const ClientOptions& options) {
  if (!options.verify) return absl::InvalidArgumentError("a TLS connection needs a verifier");
  ignore_sigpipe();
  std::unique_ptr<Connection> connection(new Connection());
  connection->verifier_ = options.verify;
  connection->cancel_fd_ = options.cancel_fd;
  connection->cancelled_ = options.cancelled;
  connection->fd_ = options.connected_fd;
  if (auto status = connection->open_socket(options); !status.ok()) return status;
  if (auto status = connection->prepare(options); !status.ok()) return status;
  if (auto status = connection->handshake(os::steady_now() + options.handshake_timeout); !status.ok()) return status;
  return connection;
}

Connection::~Connection() {
  if (ssl_) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  if (fd_ >= 0) close(fd_);
  if (wake_fd_ >= 0) close(wake_fd_);
}

absl::Status Connection::open_socket(const ClientOptions& options) {
  wake_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_fd_ < 0) return absl::UnavailableError(absl::StrCat("eventfd: ", std::strerror(errno)));
  if (options.connected_fd >= 0) return absl::OkStatus();
  auto fd = dial({.host = options.host,
                  .port = options.port,
                  .bind_address = options.bind_address,
                  .dscp = options.dscp,
                  .cancel_fd = options.cancel_fd,
                  .timeout = options.connect_timeout});
  if (!fd.ok()) return fd.status();
  fd_ = *fd;
  info_.local_address = local_address(fd_);
  info_.remote_address = remote_address(fd_);
  return absl::OkStatus();
}

absl::Status Connection::prepare(const ClientOptions& options) {
  auto made = make_context(options.profile);
  if (!made.ok()) return made.status();
  context_ = *std::move(made);
  offered_ = options.profile.describe();
  versions_ = absl::StrCat(name_of_version(options.profile.minimum()),
                           options.profile.minimum() < options.profile.maximum() ? " or later" : "");
  SSL_CTX* context = context_.get();
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, &Connection::verify_callback, this);
  if (options.identity.has_value()) {
    if (auto status = use_identity(*options.identity); !status.ok()) return status;
  }
  ssl_.reset(SSL_new(context));
  if (!ssl_ || SSL_set_fd(ssl_.get(), fd_) != 1) return absl::InternalError(crypto::openssl_errors());
  if (!is_address(options.host)) SSL_set_tlsext_host_name(ssl_.get(), options.host.c_str());
  SSL_set_connect_state(ssl_.get());
  return absl::OkStatus();
}

absl::Status Connection::use_identity(const Identity& identity) {
  if (identity.chain_der.empty() || !identity.sign)
    return absl::InvalidArgumentError("an identity needs a certificate and a signer");
  auto leaf = crypto::Certificate::parse(identity.chain_der.front());
  if (!leaf.ok()) return leaf.status();
  auto key =
      crypto::remote_private_key(leaf->public_key(), [this, sign = identity.sign](const crypto::SigningInput& input) {
        auto signature = sign(input);
        if (!signature.ok()) sign_failed_ = signature.status();
        return signature;
      });
  if (!key.ok()) return key.status();
  SSL_CTX* context = context_.get();
  if (SSL_CTX_use_certificate(context, leaf->get()) != 1 || SSL_CTX_use_PrivateKey(context, key->get()) != 1) {
    return absl::FailedPreconditionError(
        absl::StrCat("the phone's own certificate cannot be used: ", crypto::openssl_errors()));
  }
  for (size_t i = 1; i < identity.chain_der.size(); ++i) {
    auto issuer = crypto::Certificate::parse(identity.chain_der[i]);
    if (!issuer.ok()) return issuer.status();
    SSL_CTX_add1_chain_cert(context, issuer->get());
  }
  return absl::OkStatus();
}

absl::Status Connection::handshake(absl::Time deadline) {
  for (;;) {
    ERR_clear_error();
    errno = 0;
    int result = SSL_do_handshake(ssl_.get());
    if (result == 1) break;
    int error = SSL_get_error(ssl_.get(), result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return failure("TLS handshake", error, errno);
    auto status = wait(error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline, Wakeable::kNo);
    if (absl::IsDeadlineExceeded(status))
      return absl::DeadlineExceededError("TLS handshake: the peer did not answer in time");
    if (!status.ok()) return status;
  }
  after_handshake_.watch(ssl_.get());
  info_.version = SSL_get_version(ssl_.get());
  info_.suite = SSL_get_cipher_name(ssl_.get());
  const int group = static_cast<int>(SSL_get_negotiated_group(ssl_.get()));
  if (const char* name = group == 0 ? nullptr : SSL_group_to_name(ssl_.get(), group)) info_.group = name;
  return absl::OkStatus();
}

absl::Status Connection::write(std::string_view bytes, absl::Time deadline) {
  while (!bytes.empty()) {
    ERR_clear_error();
    errno = 0;
    size_t written = 0;
    int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written);
    if (result == 1) {
      bytes.remove_prefix(written);
      continue;
    }
    int error = SSL_get_error(ssl_.get(), result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return failure("TLS write", error, errno);
    auto status = wait(error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline, Wakeable::kNo);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Connection::finish_writing(absl::Time deadline) {
  for (;;) {
    ERR_clear_error();
    errno = 0;
    const int result = SSL_shutdown(ssl_.get());
    if (result >= 0) return absl::OkStatus();
    const int error = SSL_get_error(ssl_.get(), result);
    if (error != SSL_ERROR_WANT_WRITE) return failure("TLS close", error, errno);
    if (auto status = wait(POLLOUT, deadline, Wakeable::kNo); !status.ok()) return status;
  }
}

absl::StatusOr<size_t> Connection::read(char* to, size_t size, absl::Time deadline) {
  for (;;) {
    ERR_clear_error();
    errno = 0;
    size_t got = 0;
    int result = SSL_read_ex(ssl_.get(), to, size, &got);
    if (after_handshake_.too_many()) return absl::UnavailableError("the peer sends unrequested handshake messages");
    if (result == 1) return got;
    int error = SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_ZERO_RETURN) return size_t{0};
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return failure("TLS read", error, errno);
    auto status = wait(error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline, Wakeable::kYes);
    if (!status.ok()) return status;
  }
}

absl::StatusOr<std::string> Connection::read_exactly(size_t size, absl::Time deadline) {
  std::string bytes(size, '\0');
  for (size_t have = 0; have < size;) {
    auto got = read(bytes.data() + have, size - have, deadline);
    if (!got.ok()) return got.status();
    if (*got == 0)
      return absl::UnavailableError(
          absl::StrCat("the peer closed the connection after ", have, " of ", size, " bytes"));
    have += *got;
  }
  return bytes;
}

void Connection::wake() { eventfd_write(wake_fd_, 1); }

absl::Status Connection::wait(short events, absl::Time deadline, Wakeable wakeable) {
  constexpr absl::Duration kLook = absl::Milliseconds(200);  // at the flag
  const int wake_fd = wakeable == Wakeable::kYes ? wake_fd_ : -1;
  absl::Status status;
  absl::Time until;
  do {
    if (cancelled_ != nullptr && *cancelled_) return absl::CancelledError("interrupted");
    until = cancelled_ != nullptr ? std::min(deadline, os::steady_now() + kLook) : deadline;
    status = wait_for(fd_, events, until, cancel_fd_, wake_fd);
  } while (absl::IsDeadlineExceeded(status) && until < deadline);
  if (absl::IsCancelled(status)) {
    eventfd_t ignored;
    eventfd_read(wake_fd_, &ignored);
  }
  return status;
}

absl::Status Connection::failure(const std::string& doing, int ssl_error, int saved_errno) {
  std::string detail = crypto::openssl_errors();
  if (!refused_.ok())
    return absl::PermissionDeniedError(absl::StrCat("server certificate refused: ", refused_.message()));
  if (!sign_failed_.ok())
    return absl::UnavailableError(absl::StrCat(doing, ": the phone's own key did not sign: ", sign_failed_.message()));
  if (ssl_error == SSL_ERROR_SYSCALL && detail == "no detail") {
    detail = saved_errno != 0 ? std::strerror(saved_errno) : "the peer closed the connection";
  }
  // A peer that finds nothing in common does not name what it would have accepted.
  const bool no_version =
      absl::StrContains(detail, "protocol version") || absl::StrContains(detail, "unsupported protocol");
  if (!SSL_is_init_finished(ssl_.get())) {
    // Our own minimum is the cause, not a certificate, whatever the alert says.
    if (no_version) {
      detail = absl::StrCat("the server does not support ", versions_, ", which the phone's policy requires");
    } else if (absl::StrContains(detail, "handshake failure")) {
      absl::StrAppend(&detail, "; the phone offered ", offered_);
    }
  }
  return absl::UnavailableError(absl::StrCat(doing, ": ", detail));
}

int Connection::verify_callback(X509_STORE_CTX* store, void* self) {
  return static_cast<Connection*>(self)->verify(store);
}

int Connection::verify(X509_STORE_CTX* store) {
  std::vector<std::string> chain;
  X509* leaf = X509_STORE_CTX_get0_cert(store);
  if (leaf != nullptr) chain.push_back(to_der(leaf));
  STACK_OF(X509)* sent = X509_STORE_CTX_get0_untrusted(store);
  for (int i = 0; i < sk_X509_num(sent) && i < kMaximumChain; ++i) {
    X509* one = sk_X509_value(sent, i);
    if (leaf == nullptr || X509_cmp(one, leaf) != 0) chain.push_back(to_der(one));
  }
  auto verdict =
      chain.empty() ? absl::StatusOr<std::string>(absl::UnauthenticatedError("no certificate")) : verifier_(chain);
  if (!verdict.ok()) {
    refused_ = verdict.status();
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
  }
  info_.vouched_by = *verdict;
  if (auto parsed = crypto::Certificate::parse(chain.front()); parsed.ok()) info_.peer_subject = parsed->subject();
  X509_STORE_CTX_set_error(store, X509_V_OK);
  return 1;
}

}  // namespace phone::tls
