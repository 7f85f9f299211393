// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// acceptor.hpp -- accepts connections on a process's Unix socket, gets the peer's uid from the kernel (SO_PEERCRED) and
// hands the connection to the server of its role; a uid without a role never reaches gRPC and is told so
// (stranger_answer.hpp). The traffic is filtered below gRPC (wire_guard.hpp). A role is blocked for a while when the
// filter closes one of its connections or when it is found to have caused this process's death (role_quarantine.hpp).
#pragma once

#include <absl/time/time.h>

#include <list>
#include <map>
#include <memory>
#include <mutex>

#include "common/log/rate_limited.hpp"
#include "common/mesh/call/roles.hpp"
#include "common/mesh/guard/frame_account.hpp"
#include "common/mesh/listen/listener.hpp"
#include "common/mesh/listen/stranger_answer.hpp"
#include "common/mesh/server/role_server_rpc.hpp"

namespace phone::mesh {

class Acceptor {
 public:
  static constexpr size_t kConnectionsPerRole = 32;
  static constexpr size_t kStrangers = 4;  // that are told why, at a time

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
  void tell_stranger(os::Descriptor connection, uid_t uid);

  os::EventLoop& loop_;
  Router& router_;
  const Roles roles_;
  std::map<Role, std::unique_ptr<RoleServer>> servers_;  // the loop's own until the listener is stopped
  std::map<Role, OpenConnections> open_;
  std::map<Role, std::shared_ptr<FrameAccount>> accounts_;
  std::list<StrangerAnswer> strangers_;  // the loop's own
  log::RateLimited complain_;
  std::unique_ptr<Listener> listener_;
};

}  // namespace phone::mesh
