// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

// A server that says exactly what the test wants, byte for byte, on a port of its own choosing.
namespace phone::http::testing {

class Server {
 public:
  // `answer` gets the request and returns what is sent; then the connection is closed unless `hold` is set.
  explicit Server(std::function<std::string(const std::string& request)> answer, bool tls = false, bool hold = false);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const { return port_; }
  const std::string& certificate_der() const { return certificate_; }
  int requests() const { return requests_; }

 private:
  void run();
  void serve(int fd);
  void make_certificate();

  std::function<std::string(const std::string&)> answer_;
  bool hold_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  SSL_CTX* context_ = nullptr;
  std::string certificate_;
  std::atomic<bool> ended_{false};
  std::atomic<int> requests_{0};
  std::thread thread_;
};

// A TFTP server for one file (RFC 1350, 512-byte blocks): empty content answers "file not found".
class TftpServer {
 public:
  explicit TftpServer(std::string content);
  ~TftpServer();
  std::uint16_t port() const { return port_; }

 private:
  void run();
  std::string content_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace phone::http::testing
