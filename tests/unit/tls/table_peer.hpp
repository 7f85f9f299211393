// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// table_peer.hpp -- the other end of every row: OpenSSL with nothing forbidden but what the row leaves it.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/crypto/pointers.hpp"

namespace phone::tls {

// Empty or 0: everything OpenSSL has.
struct Left {
  int version = 0;
  std::string suites12;
  std::string suites13;
  std::string groups;
  std::string signatures;
  bool rsa_alone = false;  // no certificate with an EC key
};

crypto::SslCtxPtr peer_context(const Left& left, bool server);

// All suites up to TLS 1.2 that this OpenSSL knows, NULL, anonymous, export and pre-shared ones too.
std::vector<std::string> all_suites12();

// A TLS server on loopback that takes one connection after the other.
class TablePeer {
 public:
  TablePeer();
  ~TablePeer();
  std::uint16_t port() const { return port_; }
  void leave(const Left& left);

 private:
  void serve();
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::shared_ptr<SSL_CTX> context_;
  std::thread thread_;
};

// Both ends in memory; whether the handshake came to its end on both.
bool shake_hands(SSL_CTX* client, SSL_CTX* server);

struct Pem {
  std::string certificate, key;
};
const Pem& peer_identity(bool rsa);

}  // namespace phone::tls
