#include "common/mesh/tcp_door.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

#include "common/log/log.hpp"
#include "common/metrics/metrics.hpp"

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

absl::Status TcpDoor::open(os::Descriptor listening, const TlsIdentity& identity, const tls::Profile& profile) {
  if (is_open()) return absl::FailedPreconditionError("the door is open");
  if (identity.certificate_chain.empty() || identity.private_key.empty() || identity.client_authorities.empty()) {
    return absl::InvalidArgumentError("a TCP door needs a certificate, its key and the authorities of its clients");
  }
  auto context = tls_door_context(identity, profile);
  if (!context.ok()) return context.status();
  context_ = *std::move(context);
  server_ = std::make_unique<RoleServer>(router_, role_, RoleServer::Door::kTcp);
  listener_ = std::make_unique<Listener>(std::move(listening),
                                         [this](os::Descriptor connection) { take(std::move(connection)); });
  return absl::OkStatus();
}

void TcpDoor::take(os::Descriptor connection) {
  guests_.remove_if([](const TlsGuest& guest) { return guest.gone(); });
  if (guests_.size() >= kConnections) {
    static auto& refused = metrics::refusals("tcp_surplus", "TCP connections beyond what the door has places for");
    refused.add();
    if (complain_.due()) log::warning("too many connections on the TCP door");
    return;
  }
  const std::string from = address_of(connection.get());
  guests_.emplace_back(
      std::move(connection), context_, [this](os::Descriptor local) { admit(std::move(local)); },
      [this, from](const TlsFailure& failure) { refused(from, failure); });
}

void TcpDoor::admit(os::Descriptor local) {
  const std::lock_guard lock(mutex_);
  if (!drains_) server_->add_connection(local.release());
}

void TcpDoor::refused(const std::string& from, const TlsFailure& failure) {
  counter_of(failure.cause).add();
  if (complain_.due()) {
    log::warning("TLS handshake on the TCP door refused", {{"from", from}, {"reason", failure.text}});
  }
}

void TcpDoor::close(absl::Duration patience) {
  if (!is_open()) return;
  listener_.reset();
  {
    const std::lock_guard lock(mutex_);
    drains_ = true;
  }
  server_->drain(absl::Now() + patience);
  guests_.clear();  // they have carried its last words
  server_.reset();
  drains_ = false;
}

}  // namespace phone::mesh
