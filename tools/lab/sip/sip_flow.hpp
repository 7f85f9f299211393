// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// One SIP connection, over TLS or bare TCP: only its own thread touches it; others leave text in a queue and wake it.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "tools/lab/sip/sip_message.hpp"
#include "tools/lab/stream.hpp"

namespace phone::lab {

class SipFlow {
 public:
  SipFlow(SSL_CTX* context, int socket);  // no context: bare TCP
  ~SipFlow();
  SipFlow(const SipFlow&) = delete;
  SipFlow& operator=(const SipFlow&) = delete;

  absl::Status handshake();
  // Until the connection ends; says why.
  std::string run(const std::function<void(const std::string& message)>& receive);
  void send(const std::string& text);  // from any thread
  // Asked whenever the socket takes more: text to send, or nothing. To be set before run().
  void flood_with(std::function<std::string()> more) { more_ = std::move(more); }

  bool tls() const { return ssl_ != nullptr; }
  std::string version() const { return ssl_ ? SSL_get_version(ssl_.get()) : ""; }
  std::string suite() const { return ssl_ ? SSL_get_cipher_name(ssl_.get()) : ""; }
  IdentityPtr peer() const;

 private:
  enum class Done { kSome, kMustRead, kMustWrite, kClosed, kFailed };
  Done read_some(char* buffer, int size, int& got);
  Done write_some(int& sent);
  std::string failure() const;  // of the last call on the connection
  bool flush();
  bool drain(SipFramer& framer);
  void wait(short events, int milliseconds);

  SslPtr ssl_;
  int socket_;
  int wake_;
  std::mutex mutex_;
  std::string queue_;    // under the mutex
  std::string sending_;  // the thread's own
  std::string ended_;
  std::function<std::string()> more_ = [] { return std::string(); };
};

}  // namespace phone::lab
