// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/listen/acceptor.hpp"

#include <absl/strings/str_cat.h>
#include <sys/socket.h>

#include <utility>
#include <vector>

#include "common/log/log.hpp"
#include "common/mesh/call/reason.hpp"
#include "common/mesh/guard/refused_callers.hpp"
#include "common/mesh/guard/role_quarantine.hpp"
#include "common/mesh/guard/wire_guard.hpp"
#include "common/metrics/metrics.hpp"
#include "common/os/steady_time.hpp"

namespace phone::mesh {
namespace {

metrics::Counter& strangers() {
  static auto& counter = metrics::refusals("connection_without_role", "local connections from a uid without a role");
  return counter;
}
metrics::Counter& surplus() {
  static auto& counter = metrics::refusals("connection_surplus", "local connections beyond the limit of a role");
  return counter;
}

metrics::Counter& cut_off() {
  static auto& counter = metrics::refusals("connection_cut", "local connections closed for invalid HTTP/2");
  return counter;
}
metrics::Counter& shut() {
  static auto& counter =
      metrics::refusals("connection_shut", "local connections of a role that is temporarily blocked");
  return counter;
}

}  // namespace

Acceptor::Acceptor(os::EventLoop& loop, Router& router, Roles roles, os::Descriptor listening)
    : loop_(loop), router_(router), roles_(std::move(roles)) {
  router_.freeze();
  if (!wire_guard::in_force()) log::die("gRPC did not install the frame filter");
  listener_ = std::make_unique<Listener>(loop, std::move(listening),
                                         [this](os::Descriptor connection) { take(std::move(connection)); });
}

void Acceptor::take(os::Descriptor connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return;
  const auto role = roles_.of(peer.uid);
  if (!role) {
    strangers().add();
    if (complain_.due())
      log::warning("refused a connection from a uid without a role", {{"uid", peer.uid}, {"pid", peer.pid}});
    RefusedCallers::instance().note(absl::StrCat("A connection of uid ", peer.uid, ", which has no role, was refused"));
    return tell_stranger(std::move(connection), peer.uid);
  }
  if (!RoleQuarantine::instance().admits(*role)) return shut().add();
  wire_guard::look(os::steady_now());  // forgets the closed ones
  auto& open = open_[*role];
  if (open.count() >= kConnectionsPerRole) {
    surplus().add();
    if (complain_.due())
      log::warning("too many connections from one role", {{"role", role_name(*role)}, {"pid", peer.pid}});
    return;
  }
  auto& server = servers_[*role];
  if (!server) {
    server = std::make_unique<RoleServer>(
        router_, *role, RoleServer::Acceptor::kLocal,
        RoleServer::Caller{.who = absl::StrCat("uid ", peer.uid, ", which has the role ", role_name(*role))});
  }
  if (!watch(connection.get(), {*role, peer.uid, peer.pid})) return;
  open.add(connection.get());
  server->add_connection(connection.release());
}

void Acceptor::tell_stranger(os::Descriptor connection, uid_t uid) {
  strangers_.remove_if([](const StrangerAnswer& one) { return one.over(); });
  if (strangers_.size() >= kStrangers) return;
  const std::string message = absl::StrCat("you are uid ", uid, ", which has no role on this phone");
  const absl::Status refusal =
      with_reason(absl::PermissionDeniedError(message), reason::kUidWithoutRole, {{"uid", absl::StrCat(uid)}});
  strangers_.emplace_back(loop_, std::move(connection), message, error_details(refusal, message));
}

bool Acceptor::watch(int fd, const Session& session) {
  auto& account = accounts_[session.role];
  if (!account) account = std::make_shared<FrameAccount>();
  RoleQuarantine::instance().came(session.role, session.uid, session.pid);
  const auto cut = [session](FrameFault fault) {
    cut_off().add();
    RoleQuarantine& quarantine = RoleQuarantine::instance();
    const auto refused = absl::ToInt64Seconds(quarantine.refuse_once(session.role));
    if (refused == 0) return;
    quarantine.tell(absl::StrCat("a connection of ", role_name(session.role), " (uid ", session.uid, ", pid ",
                                 session.pid, ") was cut: ", words_of(fault), "; ", role_name(session.role),
                                 " is refused for ", refused, " s"));
  };
  return wire_guard::watch(fd, std::make_unique<FrameFilter>(FrameFilter::End::kServer, account, os::steady_now()), cut,
                           &RoleQuarantine::instance().of(session.role));
}

void Acceptor::drain(absl::Time deadline) {
  stop_accepting();
  loop_.sync([this] { strangers_.clear(); });
  std::vector<RoleServer*> servers;
  for (const auto& [role, server] : servers_) servers.push_back(server.get());
  drain_all(servers, deadline);
}

}  // namespace phone::mesh
