// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// tcp_acceptor.hpp -- an acceptor on TCP with mutual TLS for one role; the gateway's way in for remote
// diagnostics. Shut until opened, may be opened and shut again at run time. A client without a certificate of the given
// authorities does not get through the handshake, and gRPC never hears of it; each refusal is counted by its cause. One
// address can take only a part of the places, and all unfinished handshakes together no more than half of them; and
// its traffic is filtered below gRPC (wire_guard.hpp).
#pragma once

#include <absl/status/status.h>

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "common/log/rate_limited.hpp"
#include "common/mesh/guard/frame_account.hpp"
#include "common/mesh/listen/address_limits.hpp"
#include "common/mesh/listen/listener.hpp"
#include "common/mesh/listen/tls_context.hpp"
#include "common/mesh/listen/tls_session.hpp"
#include "common/mesh/server/role_server_rpc.hpp"

namespace phone::mesh {

class TcpAcceptor {
 public:
  static constexpr size_t kConnections = 16;
  // As long as the gateway waits for anyone.
  static constexpr absl::Duration kDefaultDeadline = absl::Seconds(10);
  static constexpr size_t kHandshakes = 8;  // under way at a time, in all; one more ends the oldest

  // The dates of clients' certificates are judged by `present`; a unary call without a deadline gets
  // `default_deadline`.
  TcpAcceptor(os::EventLoop& loop, Router& router, Role role, PresentTime present,
              absl::Duration default_deadline = kDefaultDeadline)
      : loop_(loop), router_(router), role_(role), present_(std::move(present)), default_deadline_(default_deadline) {}
  ~TcpAcceptor() { close(); }

  // `listening` is an inherited socket or one of listen_tcp(). FAILED_PRECONDITION while open; INVALID_ARGUMENT for an
  // identity that cannot serve.
  absl::Status open(os::Descriptor listening, const TlsIdentity& identity, const tls::Profile& profile);
  // The device's clock was set: the certificates of connected clients are judged again. On the loop.
  void clock_set();
  // Streams end, calls get `patience` to finish; then nothing of the acceptor is left. Closed twice is fine.
  void close(absl::Duration patience = absl::Milliseconds(500));
  bool is_open() const { return listener_ != nullptr; }

 private:
  void take(os::Descriptor connection);
  void admit(os::Descriptor local, const std::string& from);
  void refused(const std::string& from, const TlsFailure& failure);

  os::EventLoop& loop_;
  Router& router_;
  const Role role_;
  const PresentTime present_;
  const absl::Duration default_deadline_;
  log::RateLimited complain_;
  std::shared_ptr<SSL_CTX> context_;
  std::mutex mutex_;
  bool drains_ = false;  // no client is admitted any more
  std::unique_ptr<RoleServer> server_;
  // A handshake under way, counted for its address until it is over.
  struct Handshake {
    Handshake(std::shared_ptr<AddressLimits> limits, std::string address)
        : address_limits(std::move(limits)), from(std::move(address)) {}

    const std::shared_ptr<AddressLimits> address_limits;
    const std::string from;
    std::atomic<bool> over = false;
    void done() {
      if (!over.exchange(true)) address_limits->handshake_done(from);
    }
  };
  struct Session {
    template <class... Tls>
    explicit Session(std::shared_ptr<Handshake> begun, Tls&&... arguments)
        : handshake(std::move(begun)), tls(std::forward<Tls>(arguments)...) {}
    const std::shared_ptr<Handshake> handshake;
    TlsSession tls;
  };
  using Sessions = std::list<Session>;
  // All sessions' own: a handshake computes for milliseconds, which the loop of the process cannot spare.
  std::optional<os::EventLoop> tls_loop_;
  // The handshake that has to end before another can begin; none when there is room, or when no handshake is under way.
  struct Room {
    bool free = true;
    Sessions::iterator in_place_of;
  };
  Room room();
  void refuse(const std::string& from, const char* why);
  void left(const Session& session);
  Sessions sessions_;  // the loop's own
  const std::shared_ptr<AddressLimits> address_limits_ = std::make_shared<AddressLimits>();
  // One address must not use up the share of others, nor be blamed for them.
  static constexpr FrameLimits kOfAddress{.held = 4 * 1024 * 1024, .streams = 256};
  std::shared_ptr<FrameAccount> account_of(const std::string& from);
  std::map<std::string, std::weak_ptr<FrameAccount>> accounts_;  // under mutex_
  std::unique_ptr<Listener> listener_;
};

}  // namespace phone::mesh
