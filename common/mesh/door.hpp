// door.hpp -- the local door of a process: accepts on its Unix socket, asks the kernel who is there (SO_PEERCRED) and
// hands the connection to the server of that role; uids without a role never reach gRPC.
#pragma once

#include <absl/time/time.h>

#include <map>
#include <memory>
#include <mutex>

#include "common/log/seldom.hpp"
#include "common/mesh/listener.hpp"
#include "common/mesh/role_server_rpc.hpp"
#include "common/mesh/roles.hpp"

namespace phone::mesh {

class Door {
 public:
  static constexpr size_t kConnectionsPerRole = 32;

  Door(Router& router, Roles roles, os::Descriptor listening);
  ~Door() { drain(absl::Now()); }

  void stop_accepting() { listener_->stop(); }
  void drain(absl::Time deadline);

 private:
  void take(os::Descriptor connection);

  Router& router_;
  const Roles roles_;
  std::map<Role, std::unique_ptr<RoleServer>> servers_;  // the accept thread's own until it is stopped
  std::map<Role, OpenConnections> open_;
  log::Seldom complain_;
  std::unique_ptr<Listener> listener_;
};

}  // namespace phone::mesh
