// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/unit/lab/tls_client.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace phone::lab {
namespace {

int connect_to(uint16_t port) {
  const int one = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  setsockopt(one, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(one, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) {
    close(one);
    return -1;
  }
  return one;
}

}  // namespace

TlsClient::TlsClient(uint16_t port, const Identity& server, const Identity* identity)
    : context_(SSL_CTX_new(TLS_client_method())), socket_(connect_to(port)) {
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), server.x509());
  X509_STORE_set_flags(SSL_CTX_get_cert_store(context_.get()), X509_V_FLAG_PARTIAL_CHAIN);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  ssl_.reset(SSL_new(context_.get()));
  if (identity != nullptr) {
    SSL_use_certificate(ssl_.get(), identity->x509());
    SSL_use_PrivateKey(ssl_.get(), identity->key());
  }
  SSL_set_fd(ssl_.get(), socket_);
  connected_ = socket_ >= 0 && SSL_connect(ssl_.get()) == 1;
  ERR_clear_error();
}

TlsClient::~TlsClient() {
  if (connected_) SSL_shutdown(ssl_.get());
  ERR_clear_error();
  if (socket_ >= 0) close(socket_);
}

bool TlsClient::write(const std::string& bytes) {
  const int size = static_cast<int>(bytes.size());
  return connected_ && SSL_write(ssl_.get(), bytes.data(), size) == size;
}

std::string TlsClient::read(size_t count) {
  while (buffer_.size() < count) {
    char chunk[4096];
    const int got = SSL_read(ssl_.get(), chunk, sizeof chunk);
    if (got <= 0) return {};
    buffer_.append(chunk, static_cast<size_t>(got));
  }
  std::string out = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return out;
}

std::string TlsClient::read_until(const std::string& text) {
  size_t at = buffer_.find(text);
  while (at == std::string::npos) {
    char chunk[4096];
    const int got = SSL_read(ssl_.get(), chunk, sizeof chunk);
    if (got <= 0) return {};
    buffer_.append(chunk, static_cast<size_t>(got));
    at = buffer_.find(text);
  }
  return read(at + text.size());
}

bool TlsClient::closed() {
  char one;
  const bool over = !connected_ || SSL_read(ssl_.get(), &one, 1) <= 0;
  ERR_clear_error();
  return over;
}

std::string http_get(uint16_t port, const std::string& name) {
  const int one = connect_to(port);
  const auto stream = plain_stream(one, std::chrono::seconds(10));
  stream->write("GET /" + name + " HTTP/1.1\r\nHost: lab\r\n\r\n");
  std::string response;
  char chunk[4096];
  for (int got = 0; (got = stream->read(chunk, sizeof chunk)) > 0;) response.append(chunk, static_cast<size_t>(got));
  close(one);
  return response;
}

}  // namespace phone::lab
