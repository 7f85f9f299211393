// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/unit/http/server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace phone::http::testing {
namespace {

std::uint16_t bind_any(int fd) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

bool readable(int fd, int milliseconds) {
  pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
  return poll(&waiting, 1, milliseconds) > 0;
}

}  // namespace

Server::Server(std::function<std::string(const std::string&)> answer, bool tls, bool hold)
    : answer_(std::move(answer)), hold_(hold) {
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  port_ = bind_any(listener_);
  listen(listener_, 8);
  if (tls) make_certificate();
  thread_ = std::thread([this] { run(); });
}

Server::~Server() {
  ended_ = true;
  thread_.join();
  close(listener_);
  SSL_CTX_free(context_);
}

void Server::make_certificate() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("tftp.lab"), -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  X509_sign(certificate, key, EVP_sha256());
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  certificate_.assign(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  context_ = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate(context_, certificate);
  SSL_CTX_use_PrivateKey(context_, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

void Server::run() {
  while (!ended_) {
    if (!readable(listener_, 20)) continue;
    const int fd = accept(listener_, nullptr, nullptr);
    if (fd < 0) continue;
    serve(fd);
    close(fd);
  }
}

void Server::serve(int fd) {
  std::array<char, 4096> buffer{};
  std::string request;
  SSL* ssl = nullptr;
  if (context_ != nullptr) {
    ssl = SSL_new(context_);
    SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) != 1) {
      SSL_free(ssl);
      return;
    }
  }
  while (request.find("\r\n\r\n") == std::string::npos) {
    const auto got =
        ssl != nullptr ? SSL_read(ssl, buffer.data(), buffer.size()) : recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) break;
    request.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ++requests_;
  const std::string answer = answer_(request);
  if (!answer.empty()) {
    if (ssl != nullptr) {
      SSL_write(ssl, answer.data(), static_cast<int>(answer.size()));
    } else {
      send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
    }
  }
  while (hold_ && !ended_ && !readable(fd, 20)) {
  }
  if (ssl != nullptr) SSL_free(ssl);
}

TftpServer::TftpServer(std::string content) : content_(std::move(content)) {
  socket_ = socket(AF_INET, SOCK_DGRAM, 0);
  port_ = bind_any(socket_);
  thread_ = std::thread([this] { run(); });
}

TftpServer::~TftpServer() {
  ended_ = true;
  thread_.join();
  close(socket_);
}

void TftpServer::run() {
  std::array<char, 1024> buffer{};
  while (!ended_) {
    if (!readable(socket_, 20)) continue;
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t got = recvfrom(socket_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 4) continue;
    const int opcode = buffer[1];
    std::size_t block = 0;
    if (opcode == 1 && content_.empty()) {
      const std::string error("\0\5\0\1absent\0", 11);
      sendto(socket_, error.data(), error.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
      continue;
    }
    if (opcode == 4)
      block =
          static_cast<std::size_t>(static_cast<unsigned char>(buffer[2]) << 8 | static_cast<unsigned char>(buffer[3]));
    if (opcode != 1 && opcode != 4) continue;
    if (block * 512 > content_.size()) continue;
    std::string data("\0\3", 2);
    data += static_cast<char>((block + 1) >> 8);
    data += static_cast<char>(block + 1);
    data += content_.substr(block * 512, 512);
    sendto(socket_, data.data(), data.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
  }
}

}  // namespace phone::http::testing
