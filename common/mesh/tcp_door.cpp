#include "common/mesh/tcp_door.hpp"

#include <utility>

#include "common/log/log.hpp"
#include "common/metrics/metrics.hpp"

namespace phone::mesh {

absl::Status TcpDoor::open(Fd listening, TlsIdentity identity) {
  if (is_open()) return absl::FailedPreconditionError("the door is open");
  if (identity.certificate_chain.empty() || identity.private_key.empty() || identity.client_authorities.empty()) {
    return absl::InvalidArgumentError("a TCP door needs a certificate, its key and the authorities of its clients");
  }
  server_ = std::make_unique<RoleServer>(router_, role_, std::move(identity));
  listener_ = std::make_unique<Listener>(std::move(listening), [this](Fd connection) { take(std::move(connection)); });
  return absl::OkStatus();
}

void TcpDoor::take(Fd connection) {
  if (open_connections_.count() >= kConnections) {
    static auto& refused = metrics::refusals("tcp_surplus", "TCP connections beyond what the door has places for");
    refused.add();
    if (complain_.due()) log::warning("too many connections on the TCP door");
    return;
  }
  open_connections_.add(connection.get());
  server_->add_connection(connection.release());
}

void TcpDoor::close(absl::Duration patience) {
  if (!is_open()) return;
  listener_.reset();
  server_->drain(absl::Now() + patience);
  server_.reset();
}

}  // namespace phone::mesh
