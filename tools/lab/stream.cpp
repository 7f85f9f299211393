// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/stream.hpp"

#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace phone::lab {
namespace {

void set_patience(int socket, std::chrono::seconds patience) {
  const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

class PlainStream : public Stream {
 public:
  explicit PlainStream(int socket) : socket_(socket) {}
  int read(char* buffer, int size) override {
    return static_cast<int>(recv(socket_, buffer, static_cast<size_t>(size), 0));
  }
  bool write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

 private:
  int socket_;
};

}  // namespace

absl::StatusOr<ContextPtr> server_context(const Identity& identity, ClientCertificate wanted,
                                          const std::vector<IdentityPtr>& authorities) {
  ContextPtr context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A client identity must be proven anew on every connection, so that the events can name it.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  if (SSL_CTX_use_certificate(context.get(), identity.x509()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), identity.key()) != 1) {
    return absl::InvalidArgumentError(openssl_error_text());
  }
  for (const IdentityPtr& one : authorities) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), one->x509());
    SSL_CTX_add_client_CA(context.get(), one->x509());
  }
  const int required = wanted == ClientCertificate::kRequired ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
  if (wanted != ClientCertificate::kNone) {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | required, nullptr);
  }
  return context;
}

bool Stream::read_exactly(std::string& into, size_t count) {
  while (count > 0) {
    char buffer[4096];
    const int got = read(buffer, static_cast<int>(std::min(count, sizeof buffer)));
    if (got <= 0) return false;
    into.append(buffer, static_cast<size_t>(got));
    count -= static_cast<size_t>(got);
  }
  return true;
}

std::unique_ptr<Stream> plain_stream(int socket, std::chrono::seconds patience) {
  set_patience(socket, patience);
  return std::make_unique<PlainStream>(socket);
}

absl::StatusOr<std::unique_ptr<TlsStream>> TlsStream::accept(SSL_CTX* context, int socket,
                                                             std::chrono::seconds patience) {
  set_patience(socket, patience);
  SslPtr ssl(SSL_new(context));
  SSL_set_fd(ssl.get(), socket);
  ERR_clear_error();
  if (SSL_accept(ssl.get()) != 1) {
    const std::string reason = openssl_error_text();
    return absl::UnavailableError(absl::StrCat("TLS handshake: ", reason.empty() ? "closed by the client" : reason));
  }
  return std::unique_ptr<TlsStream>(new TlsStream(std::move(ssl)));
}

TlsStream::~TlsStream() {
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

int TlsStream::read(char* buffer, int size) {
  const int got = SSL_read(ssl_.get(), buffer, size);
  ERR_clear_error();
  return got;
}

bool TlsStream::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const int sent = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (sent <= 0) {
      ERR_clear_error();
      return false;
    }
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

IdentityPtr TlsStream::peer() const {
  X509Ptr certificate(SSL_get1_peer_certificate(ssl_.get()));
  return certificate ? std::make_shared<Identity>(std::move(certificate), nullptr) : nullptr;
}

void write_endlessly(Stream& stream) {
  constexpr size_t kMost = size_t{1} << 30;
  const std::string part(64 * 1024, 'A');
  for (size_t written = 0; written < kMost && stream.write(part); written += part.size()) continue;
}

bool plays_dead(int socket, std::optional<Fault> fault) {
  if (fault == Fault::kGone) return true;
  if (fault != Fault::kSilent) return false;
  char ignored[1024];
  while (recv(socket, ignored, sizeof ignored, 0) > 0) continue;
  return true;
}

}  // namespace phone::lab
