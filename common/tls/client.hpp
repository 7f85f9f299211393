// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/pointers.hpp"
#include "common/crypto/remote_key.hpp"
#include "common/tls/after_handshake.hpp"
#include "common/tls/profile.hpp"

// A blocking TLS client connection for threads that may block: one thread per connection, no other touches it but
// wake().
namespace phone::tls {

// The certificate this phone shows, leaf first, and a signer with its key, which is in another process.
struct Identity {
  std::vector<std::string> chain_der;
  crypto::Signer sign;
};

// Judges the peer's chain (leaf first) inside the handshake, before our certificate and any request leave; may block 2
// s. The text names what vouched for it; the error is the reason for people.
using PeerVerifier = std::function<absl::StatusOr<std::string>(const std::vector<std::string>& chain_der)>;

struct ClientOptions {
  Profile profile;   // without one there is no connection
  std::string host;  // address or name; a name is resolved and sent as SNI
  uint16_t port = 0;
  PeerVerifier verify;  // mandatory
  std::optional<Identity> identity;
  absl::Duration connect_timeout = absl::Seconds(8);  // cisco-formats.md G2
  absl::Duration handshake_timeout = absl::Seconds(8);
  int dscp = -1;
  std::string bind_address;
  int connected_fd =
      -1;              // a non-blocking stream to the peer that is taken over in place of a socket of our own; -1: none
  int cancel_fd = -1;  // readable: give up connecting and handshaking with CANCELLED
  // As cancel_fd, once the connection is up: looked at some times a second. May be null.
  const std::atomic<bool>* cancelled = nullptr;
};

struct Info {
  std::string version;  // "TLSv1.3"
  std::string suite;
  std::string group;  // of the key exchange; empty: RSA's own
  std::string peer_subject;
  std::string vouched_by;
  std::string local_address;
  std::string remote_address;
};

class Connection {
 public:
  // INVALID_ARGUMENT without a verifier; PERMISSION_DENIED with the verifier's reason; UNAVAILABLE with the cause
  // (errno's or OpenSSL's alert text); DEADLINE_EXCEEDED; CANCELLED. Under TLS 1.3 a refused client certificate shows
  // at the first read, not here.
  static absl::StatusOr<std::unique_ptr<Connection>> connect(const ClientOptions& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  absl::Status write(std::string_view bytes, absl::Time deadline);
  // Says that nothing more is written (close_notify); what the peer writes can still be read.
  absl::Status finish_writing(absl::Time deadline);
  // 0 is a clean close by the peer. CANCELLED after wake(); DEADLINE_EXCEEDED; UNAVAILABLE with the alert's text.
  absl::StatusOr<size_t> read(char* to, size_t size, absl::Time deadline);
  // UNAVAILABLE when the peer closes before `size` bytes.
  absl::StatusOr<std::string> read_exactly(size_t size, absl::Time deadline);
  const Info& info() const { return info_; }
  int fd() const { return fd_; }
  // From any thread: a read that blocks now or next returns CANCELLED.
  void wake();

 private:
  Connection() = default;
  absl::Status open_socket(const ClientOptions& options);
  absl::Status prepare(const ClientOptions& options);
  absl::Status use_identity(const Identity& identity);
  absl::Status handshake(absl::Time deadline);
  enum class Wakeable { kNo, kYes };
  absl::Status wait(short events, absl::Time deadline, Wakeable wakeable);
  absl::Status failure(const std::string& doing, int ssl_error, int saved_errno);
  static int verify_callback(X509_STORE_CTX* store, void* self);
  int verify(X509_STORE_CTX* store);

  PeerVerifier verifier_;
  std::string offered_;   // for the reason of a handshake that failed
  std::string versions_;  // "TLS 1.2 or later"
  crypto::SslCtxPtr context_;
  crypto::SslPtr ssl_;
  int fd_ = -1;
  int wake_fd_ = -1;
  int cancel_fd_ = -1;
  const std::atomic<bool>* cancelled_ = nullptr;
  Info info_;
  absl::Status refused_;      // the verifier's, when it said no
  absl::Status sign_failed_;  // the signer's, when it said no
  AfterHandshake after_handshake_;
};

}  // namespace phone::tls
