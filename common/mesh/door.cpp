#include "common/mesh/door.hpp"

#include <sys/socket.h>

#include <utility>
#include <vector>

#include "common/log/log.hpp"
#include "common/metrics/metrics.hpp"

namespace phone::mesh {
namespace {

metrics::Counter& strangers() {
  static auto& counter = metrics::refusals("connection_without_role", "local connections of a uid without a role");
  return counter;
}
metrics::Counter& surplus() {
  static auto& counter = metrics::refusals("connection_surplus", "local connections beyond what one role may have");
  return counter;
}

}  // namespace

Door::Door(Router& router, Roles roles, os::Descriptor listening) : router_(router), roles_(std::move(roles)) {
  router_.freeze();
  listener_ = std::make_unique<Listener>(std::move(listening),
                                         [this](os::Descriptor connection) { take(std::move(connection)); });
}

void Door::take(os::Descriptor connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return;
  const auto role = roles_.of(peer.uid);
  if (!role) {
    strangers().add();
    if (complain_.due())
      log::warning("connection from a uid without a role refused", {{"uid", peer.uid}, {"pid", peer.pid}});
    return;
  }
  auto& open = open_[*role];
  if (open.count() >= kConnectionsPerRole) {
    surplus().add();
    if (complain_.due())
      log::warning("too many connections of one role", {{"role", role_name(*role)}, {"pid", peer.pid}});
    return;
  }
  auto& server = servers_[*role];
  if (!server) server = std::make_unique<RoleServer>(router_, *role);
  open.add(connection.get());
  server->add_connection(connection.release());
}

void Door::drain(absl::Time deadline) {
  stop_accepting();
  std::vector<RoleServer*> servers;
  for (const auto& [role, server] : servers_) servers.push_back(server.get());
  drain_all(servers, deadline);
}

}  // namespace phone::mesh
