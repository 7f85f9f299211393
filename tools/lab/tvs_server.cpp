// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/tvs_server.hpp"

namespace phone::lab {
namespace {
constexpr std::chrono::seconds kPatience(10);
}

TvsServer::TvsServer(const Pki& pki, const Faults& faults, Events& events)
    : pki_(pki), faults_(faults), events_(events) {
  database_.entries = {{pki.itl_recovery, {Role::kSast}}, {pki.call_manager, {Role::kSast, Role::kCcmTftp}},
                       {pki.tftp_ec, {Role::kTftp}},      {pki.call_manager_next, {Role::kCcmTftp}},
                       {pki.capf, {Role::kCapf}},         {pki.tvs, {Role::kTvs}},
                       {pki.tomcat, {Role::kAppServer}}};
}

absl::Status TvsServer::start(const std::string& address, uint16_t port) {
  const std::vector<IdentityPtr> authorities = {pki_.manufacturing, pki_.capf};
  auto context = server_context(*pki_.tvs, ClientCertificate::kAsked, authorities);
  auto stranger = server_context(*pki_.stranger, ClientCertificate::kAsked, authorities);
  if (!context.ok()) return context.status();
  if (!stranger.ok()) return stranger.status();
  context_ = *std::move(context);
  stranger_context_ = *std::move(stranger);
  return listener_.start(address, port, [this](int socket, const std::string& peer) { serve(socket, peer); });
}

void TvsServer::serve(int socket, const std::string& peer) {
  const auto fault = faults_.of("tvs");
  if (plays_dead(socket, fault)) return;
  auto stream =
      TlsStream::accept(fault == Fault::kStranger ? stranger_context_.get() : context_.get(), socket, kPatience);
  if (!stream.ok()) {
    events_.emit("tvs-refused", {{"peer", peer}, {"reason", std::string(stream.status().message())}});
    return;
  }
  if (fault == Fault::kEndless) {
    events_.emit("tvs", {{"command", "endless"}, {"peer", peer}});
    return write_endlessly(**stream);
  }
  std::string request;
  if (!(*stream)->read_exactly(request, kTvsHeader)) return;
  if (!(*stream)->read_exactly(request, tvs_body_length(request))) return;
  TvsDatabase database = database_;
  if (fault == Fault::kWrongDevice) {
    for (TvsEntry& one : database.entries) one.certificate = pki_.stranger;
  }
  const TvsAnswer answer = answer_tvs(database, request);
  const IdentityPtr client = (*stream)->peer();
  events_.emit("tvs", {{"command", answer.command},
                       {"device", answer.device},
                       {"subject", answer.subject},
                       {"valid", answer.valid},
                       {"client", client ? client->common_name() : ""},
                       {"tls", (*stream)->version()},
                       {"peer", peer}});
  if (!answer.bytes.empty()) (*stream)->write(spoil_message(answer.bytes, fault, kTvsHeader - 2));
}

}  // namespace phone::lab
