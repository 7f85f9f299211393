// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// role_server_rpc.hpp -- the grpc::Server of one role. Identity is decided before it: every call that arrives
// here is that role's, whatever its metadata says. One queue, one polling thread (the asynchronous API has no idle
// stall, protocols/mesh.md table 3).
#pragma once

#include <absl/time/time.h>

#include <memory>
#include <string>
#include <vector>

#include "common/mesh/server/router.hpp"

namespace phone::mesh {

class RoleServer {
 public:
  // Behind the TCP acceptor a message is read only after the call was admitted, and a silent peer is asked whether it
  // lives.
  enum class Acceptor { kLocal, kTcp };
  struct Caller {
    std::string who = {};  // in words that a refused one is told: "uid 7409, which has the role ui"
    // Of a unary call that comes without one, as those of ordinary clients do; zero: it is refused.
    absl::Duration default_deadline = absl::ZeroDuration();
  };
  RoleServer(Router& router, Role role, Acceptor acceptor, Caller caller);
  RoleServer(const RoleServer&) = delete;
  RoleServer& operator=(const RoleServer&) = delete;
  ~RoleServer();  // drains at once when not yet drained

  // Takes the descriptor.
  void add_connection(int fd);
  // Ends streams, lets unary calls finish until `deadline`, cancels the rest. Nothing of this server runs after it.
  void drain(absl::Time deadline);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

// Several at once, so that it takes no longer than the slowest.
void drain_all(const std::vector<RoleServer*>& servers, absl::Time deadline);

}  // namespace phone::mesh
