// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/listen/tcp_acceptor.hpp"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#include <utility>

#include "common/log/log.hpp"
#include "common/mesh/call/roles.hpp"
#include "common/mesh/guard/refused_callers.hpp"
#include "common/mesh/guard/role_quarantine.hpp"
#include "common/mesh/guard/wire_guard.hpp"
#include "common/metrics/metrics.hpp"
#include "common/os/steady_time.hpp"
#include "common/text/foreign_text.hpp"

namespace phone::mesh {
namespace {

std::string address_of(int fd) {
  sockaddr_in peer{};
  socklen_t size = sizeof peer;
  char text[INET_ADDRSTRLEN] = "";
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0 || peer.sin_family != AF_INET) return "unknown";
  inet_ntop(AF_INET, &peer.sin_addr, text, sizeof text);
  return text;
}

}  // namespace

absl::Status TcpAcceptor::open(os::Descriptor listening, const TlsIdentity& identity, const tls::Profile& profile) {
  if (is_open()) return absl::FailedPreconditionError("the diagnostics port is already open");
  if (!wire_guard::in_force()) log::die("gRPC did not install the frame filter");
  if (identity.certificate_chain.empty() || identity.private_key.empty() || identity.client_authorities.empty()) {
    return absl::InvalidArgumentError("the diagnostics port needs a certificate, its key and the CAs of its clients");
  }
  auto context = tls_door_context(identity, profile, &present_);
  if (!context.ok()) return context.status();
  context_ = *std::move(context);
  server_ = std::make_unique<RoleServer>(
      router_, role_, RoleServer::Acceptor::kTcp,
      RoleServer::Caller{.who = absl::StrCat("a client of the diagnostics port, which has the role ", role_name(role_)),
                         .default_deadline = default_deadline_});
  tls_loop_.emplace();
  tls_loop_->post([] {
    // A client that has gone would otherwise end the process, since OpenSSL writes with write(2).
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  });
  tls_loop_->start("tls.diagnostics");
  listener_ = std::make_unique<Listener>(loop_, std::move(listening),
                                         [this](os::Descriptor connection) { take(std::move(connection)); });
  return absl::OkStatus();
}

void TcpAcceptor::take(os::Descriptor connection) {
  sessions_.remove_if([this](const Session& session) {
    if (!session.tls.gone()) return false;
    left(session);
    return true;
  });
  wire_guard::look(os::steady_now());  // forgets the closed ones
  const std::string from = address_of(connection.get());
  if (!RoleQuarantine::instance().admits(role_)) return refuse(from, "the role is temporarily blocked");
  const Room room = this->room();
  if (!room.free) return refuse(from, "the diagnostics port has no free connection");
  const auto answer = address_limits_->came(from, os::steady_now());
  if (answer != AddressLimits::Answer::kLetIn) return refuse(from, words_of(answer));
  if (room.in_place_of != sessions_.end()) {
    room.in_place_of->tls.stop();
    left(*room.in_place_of);
    refuse(room.in_place_of->handshake->from, "too many concurrent handshakes, and this one was the oldest");
    sessions_.erase(room.in_place_of);
  }
  const auto handshake = std::make_shared<Handshake>(address_limits_, from);
  sessions_.emplace_back(
      handshake, *tls_loop_, std::move(connection), context_, TlsSession::Behind::kGrpc,
      [this, handshake](os::Descriptor local, bool) {
        handshake->done();
        admit(std::move(local), handshake->from);
      },
      [this, handshake](const TlsFailure& failure) {
        handshake->done();
        refused(handshake->from, failure);
      });
}

void TcpAcceptor::clock_set() {
  const clock::Present present = present_();
  for (Session& session : sessions_) {
    const std::string reason = session.tls.judge_again(present);
    if (reason.empty()) continue;
    counter_of(TlsRefusal::kUntrusted).add();
    log::warning("a client of the diagnostics port is cut off: the clock was set",
                 {{"from", session.handshake->from}, {"reason", reason}});
  }
}

// An authenticated client keeps its place. A handshake takes milliseconds, so the oldest is the idlest.
TcpAcceptor::Room TcpAcceptor::room() {
  Room room{.free = true, .in_place_of = sessions_.end()};
  size_t under_way = 0;
  auto oldest = sessions_.end();
  for (auto at = sessions_.begin(); at != sessions_.end(); ++at) {
    if (at->handshake->over) continue;
    ++under_way;
    if (oldest == sessions_.end()) oldest = at;
  }
  if (under_way < kHandshakes && sessions_.size() < kConnections) return room;
  room.free = under_way > 0;
  room.in_place_of = oldest;
  return room;
}

void TcpAcceptor::refuse(const std::string& from, const char* why) {
  static auto& refused_by_number =
      metrics::refusals("tcp_surplus", "TCP connections beyond the diagnostics port's limit");
  refused_by_number.add();
  RefusedCallers::instance().note(
      absl::StrCat("A connection to the diagnostics port from ", from, " was refused: ", why));
  if (complain_.due()) log::warning("refused a connection to the diagnostics port", {{"from", from}, {"reason", why}});
}

void TcpAcceptor::left(const Session& session) {
  session.handshake->done();
  address_limits_->left(session.handshake->from);
}

std::shared_ptr<FrameAccount> TcpAcceptor::account_of(const std::string& from) {
  const std::lock_guard lock(mutex_);
  std::erase_if(accounts_, [](const auto& each) { return each.second.expired(); });
  auto account = accounts_[from].lock();
  if (!account) accounts_[from] = account = std::make_shared<FrameAccount>(kOfAddress);
  return account;
}

void TcpAcceptor::admit(os::Descriptor local, const std::string& from) {
  const auto cut = [address_limits = address_limits_, from, role = role_](FrameFault fault) {
    static auto& counter = metrics::refusals("tcp_cut", "TCP connections closed for invalid HTTP/2");
    counter.add();
    address_limits->refuse(from, os::steady_now());
    RoleQuarantine::instance().tell(absl::StrCat("a connection of ", role_name(role), " from ", from,
                                                 " was cut: ", words_of(fault), "; that address is blocked for ",
                                                 absl::ToInt64Seconds(AddressLimits::kRefusal), " s"));
  };
  RoleQuarantine::instance().came_from(role_, from);
  if (!wire_guard::watch(local.get(),
                         std::make_unique<FrameFilter>(FrameFilter::End::kServer, account_of(from), os::steady_now()),
                         cut, &RoleQuarantine::instance().of(role_))) {
    return;
  }
  const std::lock_guard lock(mutex_);
  if (!drains_) server_->add_connection(local.release());
}

void TcpAcceptor::refused(const std::string& from, const TlsFailure& failure) {
  counter_of(failure.cause).add();
  RefusedCallers::instance().note(
      absl::StrCat("A client of the diagnostics port from ", from, " was refused: ", text::clean(failure.text, 200)));
  if (complain_.due()) {
    log::warning("TLS handshake on the diagnostics port failed", {{"from", from}, {"reason", failure.text}});
  }
}

void TcpAcceptor::close(absl::Duration patience) {
  if (!is_open()) return;
  listener_.reset();
  {
    const std::lock_guard lock(mutex_);
    drains_ = true;
  }
  server_->drain(absl::Now() + patience);
  loop_.sync([this] {
    for (Session& session : sessions_) {
      session.tls.stop();  // after the server's last bytes
      left(session);
    }
    sessions_.clear();
  });
  tls_loop_.reset();
  server_.reset();
  drains_ = false;
}

}  // namespace phone::mesh
