// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// One connection, plain or TLS, for a thread that may block.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/lab/faults.hpp"
#include "tools/lab/identity.hpp"

namespace phone::lab {

struct SslFree {
  void operator()(SSL* one) const { SSL_free(one); }
};
struct ContextFree {
  void operator()(SSL_CTX* one) const { SSL_CTX_free(one); }
};
using SslPtr = std::unique_ptr<SSL, SslFree>;
using ContextPtr = std::unique_ptr<SSL_CTX, ContextFree>;

enum class ClientCertificate { kNone, kAsked, kRequired };

// TLS 1.2 and 1.3. Client certificates are checked against the authorities; with kAsked none is fine too.
absl::StatusOr<ContextPtr> server_context(const Identity& identity, ClientCertificate wanted,
                                          const std::vector<IdentityPtr>& authorities);

class Stream {
 public:
  virtual ~Stream() = default;
  virtual int read(char* buffer, int size) = 0;  // <= 0: closed, failed or too slow
  virtual bool write(std::string_view bytes) = 0;

  bool read_exactly(std::string& into, size_t count);
};

std::unique_ptr<Stream> plain_stream(int socket, std::chrono::seconds patience);

class TlsStream : public Stream {
 public:
  // The handshake; the error names OpenSSL's reason.
  static absl::StatusOr<std::unique_ptr<TlsStream>> accept(SSL_CTX* context, int socket, std::chrono::seconds patience);
  ~TlsStream() override;

  int read(char* buffer, int size) override;
  bool write(std::string_view bytes) override;

  std::string version() const { return SSL_get_version(ssl_.get()); }
  std::string suite() const { return SSL_get_cipher_name(ssl_.get()); }
  IdentityPtr peer() const;  // nothing when the client gave none

 private:
  explicit TlsStream(SslPtr ssl) : ssl_(std::move(ssl)) {}
  SslPtr ssl_;
};

// Writes until the other side has enough of it, a gigabyte at most.
void write_endlessly(Stream& stream);

// Plays a listener's fault on a fresh connection; true: it is over, do not serve it.
bool plays_dead(int socket, std::optional<Fault> fault);

}  // namespace phone::lab
