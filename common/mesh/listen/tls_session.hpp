// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// tls_session.hpp -- one connection of a TCP acceptor: the handshake, in which the client must show a certificate of
// ours, and then its bytes, decrypted, to and from a local socket that gRPC serves. A thread of its own; nothing that
// has not been proven reaches gRPC.
#pragma once

#include <absl/time/time.h>
#include <openssl/types.h>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "common/mesh/listen/listener.hpp"
#include "common/mesh/listen/tls_refusal.hpp"
#include "common/tls/after_handshake.hpp"

namespace phone::mesh {

class TlsSession {
 public:
  static constexpr absl::Duration kHandshake = absl::Seconds(3);

  // `admit` is given the local socket of a client that got through, `refuse` the cause; one of the two is called once,
  // on the session's thread, neither after stop().
  TlsSession(os::Descriptor connection, std::shared_ptr<SSL_CTX> context, std::function<void(os::Descriptor)> admit,
             std::function<void(const TlsFailure&)> refuse);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;
  ~TlsSession() { stop(); }

  bool gone() const { return gone_; }
  // Ends the connection, as it is, and waits for the thread.
  void stop();

 private:
  void run();
  // Nothing: it is to stop.
  enum class Handshake { kYes, kNo, kStopped };
  Handshake handshake(SSL* ssl);
  void pump(SSL* ssl, const os::Descriptor& local);

  const os::Descriptor connection_;
  const std::shared_ptr<SSL_CTX> context_;
  const std::function<void(os::Descriptor)> admit_;
  const std::function<void(const TlsFailure&)> refuse_;
  const os::Descriptor wake_;
  tls::AfterHandshake after_handshake_;  // the thread's alone
  std::atomic<bool> gone_ = false;
  std::thread thread_;
};

}  // namespace phone::mesh
