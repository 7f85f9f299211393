// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A blocking TLS client for trying the lab's listeners from outside.
#pragma once

#include <memory>
#include <string>

#include "tools/lab/stream.hpp"

namespace phone::lab {

class TlsClient {
 public:
  // Shows the identity, if any; believes exactly this server certificate.
  TlsClient(uint16_t port, const Identity& server, const Identity* identity = nullptr);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool connected() const { return connected_; }
  bool write(const std::string& bytes);
  // Waits until there are so many bytes, or the text; empty when the server closed first.
  std::string read(size_t count);
  std::string read_until(const std::string& text);
  bool closed();  // the server ended it (a TLS 1.3 refusal comes after the handshake)

 private:
  ContextPtr context_;
  SslPtr ssl_;
  int socket_ = -1;
  bool connected_ = false;
  std::string buffer_;
};

// Plain HTTP GET; the whole response.
std::string http_get(uint16_t port, const std::string& name);

}  // namespace phone::lab
