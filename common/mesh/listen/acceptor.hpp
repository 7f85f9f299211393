// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// acceptor.hpp -- the local acceptor of a process: accepts on its Unix socket, asks the kernel who is there
// (SO_PEERCRED) and hands the connection to the server of that role; uids without a role never reach gRPC. What passes
// is watched below gRPC (wire_guard.hpp); a connection that is cut there, or a death of this process that a role is
// found to be behind (role_quarantine.hpp), gets that role refused for a while.
#pragma once

#include <absl/time/time.h>

#include <map>
#include <memory>
#include <mutex>

#include "common/log/rate_limited.hpp"
#include "common/mesh/call/roles.hpp"
#include "common/mesh/guard/frame_account.hpp"
#include "common/mesh/listen/listener.hpp"
#include "common/mesh/server/role_server_rpc.hpp"

namespace phone::mesh {

class Acceptor {
 public:
  static constexpr size_t kConnectionsPerRole = 32;

  Acceptor(os::EventLoop& loop, Router& router, Roles roles, os::Descriptor listening);
  ~Acceptor() { drain(absl::Now()); }

  void stop_accepting() { listener_->stop(); }
  void drain(absl::Time deadline);

 private:
  struct Session {
    Role role;
    uid_t uid;
    pid_t pid;
  };
  void take(os::Descriptor connection);
  bool watch(int fd, const Session& session);

  Router& router_;
  const Roles roles_;
  std::map<Role, std::unique_ptr<RoleServer>> servers_;  // the loop's own until the listener is stopped
  std::map<Role, OpenConnections> open_;
  std::map<Role, std::shared_ptr<FrameAccount>> accounts_;
  log::RateLimited complain_;
  std::unique_ptr<Listener> listener_;
};

}  // namespace phone::mesh
