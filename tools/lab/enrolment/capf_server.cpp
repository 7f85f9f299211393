// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/enrolment/capf_server.hpp"

#include "tools/lab/issue.hpp"

namespace phone::lab {
namespace {
constexpr std::chrono::seconds kPatience(120);  // a phone may take its time over a large key
}

absl::Status CapfServer::start(const std::string& address, uint16_t port) {
  auto context = server_context(*pki_.capf, ClientCertificate::kNone, {});
  auto stranger = server_context(*pki_.stranger, ClientCertificate::kNone, {});
  if (!context.ok()) return context.status();
  if (!stranger.ok()) return stranger.status();
  context_ = *std::move(context);
  stranger_context_ = *std::move(stranger);
  return listener_.start(address, port, [this](int socket, const std::string& peer) { serve(socket, peer); });
}

void CapfServer::serve(int socket, const std::string& peer) {
  const auto fault = faults_.of("capf");
  if (plays_dead(socket, fault)) return;
  auto stream =
      TlsStream::accept(fault == Fault::kStranger ? stranger_context_.get() : context_.get(), socket, kPatience);
  if (!stream.ok()) {
    events_.emit("capf-refused", {{"peer", peer}, {"reason", std::string(stream.status().message())}});
    return;
  }
  if (fault == Fault::kEndless) return write_endlessly(**stream);
  CapfSession session(++sessions_, devices_, {pki_.capf, pki_.manufacturing},
                      [this, fault](const std::string& device, std::string_view spki) {
                        const Identity& issuer = fault == Fault::kUnknownIssuer ? *pki_.stranger : *pki_.capf;
                        Request request =
                            device_request(issuer, fault == Fault::kWrongDevice ? "SEPFFFFFFFFFFFF" : device);
                        if (fault == Fault::kExpired) {
                          constexpr time_t kTenDays = 10 * 86400;
                          request.not_before = time(nullptr) - kTenDays;
                          request.days = 5;
                        }
                        return issue_device(issuer, request, spki);
                      });
  if (fault == Fault::kWeakKey) session.ask_for_weak_key();
  if (renewals_) session.allow_renewal(time(nullptr));
  talk(**stream, session, fault);
  const IdentityPtr& certificate = session.certificate();
  events_.emit("capf", {{"device", session.device()},
                        {"operation", session.what()},
                        {"result", session.result().empty() ? "connection lost" : session.result()},
                        {"key", certificate ? certificate->describe_key() : ""},
                        {"issuer", certificate ? certificate->issuer_common_name() : ""},
                        {"serial", certificate ? hex(certificate->serial()) : ""},
                        {"sudi", session.proven_by_hardware()},
                        {"tls", (*stream)->version()},
                        {"peer", peer}});
}

void CapfServer::talk(Stream& stream, CapfSession& session, std::optional<Fault> fault) {
  if (!stream.write(session.start())) return;
  while (true) {
    std::string message;
    if (!stream.read_exactly(message, kCapfHeader)) return;
    if (!stream.read_exactly(message, capf_body_length(message))) return;
    const CapfSession::Step step = session.receive(message);
    if (!step.send.empty() && !stream.write(spoil_message(step.send, fault, kCapfHeader - 2))) return;
    if (fault == Fault::kTruncated) return;
    if (step.over) return;
  }
}

}  // namespace phone::lab
