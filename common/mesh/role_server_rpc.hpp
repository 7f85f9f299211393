// role_server_rpc.hpp -- the grpc::Server of one role. Identity is decided before it: whatever arrives here is that
// role, whatever it says in metadata. One queue, one polling thread (the asynchronous API has no idle stall,
// protocols/mesh.md table 3).
#pragma once

#include <absl/time/time.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/mesh/router.hpp"

namespace phone::mesh {

// Server certificate and key, and the authorities whose client certificates are let in; PEM. The client certificate is
// always required.
struct TlsIdentity {
  std::string certificate_chain;
  std::string private_key;
  std::string client_authorities;
};

class RoleServer {
 public:
  RoleServer(Router& router, Role role, std::optional<TlsIdentity> tls = std::nullopt);
  RoleServer(const RoleServer&) = delete;
  RoleServer& operator=(const RoleServer&) = delete;
  ~RoleServer();  // drains at once when not yet drained

  // Takes the descriptor.
  void add_connection(int fd);
  // Ends streams, lets unary calls finish until `deadline`, cancels the rest. Nothing of this server runs after it.
  void drain(absl::Time deadline);

 private:
  struct Held;
  const std::unique_ptr<Held> held_;
};

// Several at once, so that the slowest alone counts.
void drain_all(const std::vector<RoleServer*>& servers, absl::Time deadline);

}  // namespace phone::mesh
