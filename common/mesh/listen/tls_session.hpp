// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// tls_session.hpp -- one connection of a TCP acceptor: the handshake, in which the client must show a certificate of
// ours, and then its bytes, decrypted, to and from a local socket that gRPC serves. Unproven clients never reach gRPC.
#pragma once

#include <absl/time/time.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/clock/time_floor.hpp"
#include "common/crypto/pointers.hpp"
#include "common/mesh/listen/first_request.hpp"
#include "common/mesh/listen/tls_refusal.hpp"
#include "common/os/descriptor.hpp"
#include "common/os/event_loop.hpp"
#include "common/tls/after_handshake.hpp"

namespace phone::mesh {

class TlsSession {
 public:
  static constexpr absl::Duration kHandshake = absl::Seconds(3);

  // What is behind it: gRPC, which is not to see a browser, or a server that is.
  enum class Behind : std::uint8_t { kGrpc, kWeb };

  // `admit` is given the local socket of a client that got through, and whether it has shown a certificate (the context
  // may let one in that has none); `refuse` the cause. One of the two is called once, on the loop, neither after
  // stop(). The loop's thread must not take SIGPIPE: OpenSSL writes with write(2).
  TlsSession(os::EventLoop& loop, os::Descriptor connection, std::shared_ptr<SSL_CTX> context, Behind behind,
             std::function<void(os::Descriptor, bool certified)> admit, std::function<void(const TlsFailure&)> refuse);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;
  ~TlsSession();

  bool gone() const { return state_ == State::kGone; }
  // Ends the connection, as it is. From any thread.
  void stop();
  // The dates of the client's certificates once more: they may have been judged while the time was not known. What
  // has ended loses its connection; the reason is returned, else nothing. From any thread.
  std::string judge_again(const clock::Present& present);

 private:
  enum class State : std::uint8_t {
    kHandshake,  // The client has not authenticated yet.
    kOpen,       // Bytes pass both ways.
    kFarewell,   // gRPC has closed; what it sent last still goes to the client.
    kGone,       // The connection is closed.
  };
  struct Pipe;

  void enter(State state, const char* cause);
  void begin();
  void handshake();
  void refuse(const TlsFailure& failure, const char* cause);
  void tell_plain_client() const;
  void open();
  void pump();
  bool read_client(std::uint32_t& wants, bool& waiting);
  bool write_client(std::uint32_t& wants, bool& waiting);
  bool waits(int result, std::uint32_t& wants) const;
  bool pass_to_grpc();
  void take_from_grpc();
  void client_ready(std::uint32_t events);
  void grpc_ready(std::uint32_t events);
  bool is_http1() const;
  bool is_browser();
  void tell_browser();
  void expired();
  void end(const char* cause);

  os::EventLoop& loop_;
  const os::Descriptor connection_;
  const std::shared_ptr<SSL_CTX> context_;
  const Behind behind_;
  const std::function<void(os::Descriptor, bool)> admit_;
  const std::function<void(const TlsFailure&)> refuse_;
  std::atomic<State> state_ = State::kHandshake;

  // The loop's own.
  crypto::SslPtr ssl_;
  tls::AfterHandshake after_handshake_;
  bool looked_ = false;  // at the first byte
  os::Descriptor local_;
  FirstRequest first_request_;
  std::unique_ptr<Pipe> in_, out_;  // client to gRPC, gRPC to client
  bool drained_ = false;            // nothing more is to come from gRPC
  std::uint32_t client_wants_ = 0;
  std::optional<os::Watch> client_watch_, grpc_watch_;
  os::Timer deadline_;  // of the handshake, of the farewell
  os::Timer again_;
};

}  // namespace phone::mesh
