// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/time/time.h>
#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>

namespace phone::tls {

// Counts the handshake messages of a connection that is up: tickets and new keys (RFC 8446 section 4.6), which a peer
// has for nothing, and of which one read of OpenSSL's takes as many as come. Peers send a handful at first, and then
// one in hours.
class AfterHandshake {
 public:
  static constexpr std::int64_t kMost = 64;
  static constexpr absl::Duration kOneMore = absl::Minutes(1);  // of being up

  AfterHandshake() = default;
  AfterHandshake(const AfterHandshake&) = delete;
  AfterHandshake& operator=(const AfterHandshake&) = delete;

  // Once its handshake is done. This must live as long as the connection is read.
  void watch(SSL* ssl);
  // To be asked after each read: the connection is to be given up.
  bool too_many() const { return too_many_; }

 private:
  static void on_message(int sent, int version, int type, const void* bytes, std::size_t size, SSL* ssl, void* self);

  absl::Time since_ = absl::InfinitePast();
  std::int64_t messages_ = 0;
  bool too_many_ = false;
};

}  // namespace phone::tls
