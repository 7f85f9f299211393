// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/rpc/trust_rpc.hpp"

#include "common/text/foreign_text.hpp"
#include "services/signaling/rpc/enums_rpc.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

namespace cert = certificates::v1;
using TrustPeer = std::shared_ptr<mesh::Peer<trust::v1::TrustStore>>;
using CertificatePeer = std::shared_ptr<mesh::Peer<cert::CertificateManager>>;

const absl::Duration kPatience = absl::Seconds(2);

absl::StatusOr<std::string> verify(const TrustPeer& peer, const std::vector<std::string>& chain, const Target& target) {
  trust::v1::VerifyPeerRequest request;
  for (const std::string& der : chain) request.add_chain(der);
  request.set_role(target.srst    ? trust::v1::TRUST_ROLE_SRST
                   : target.oauth ? trust::v1::TRUST_ROLE_APP_SERVER  // Tomcat's certificate
                                  : trust::v1::TRUST_ROLE_CCM);
  request.set_host(target.address);
  request.set_purpose("sip");
  auto reply = peer->call(&trust::v1::TrustStore::Stub::VerifyPeer, request, kPatience);
  if (!reply.ok()) return absl::UnavailableError(cat("trust_store does not respond: ", reply.status().message()));
  if (!reply->trusted()) return absl::PermissionDeniedError(cat(reply->reason()));
  return reply->by();
}

absl::StatusOr<std::string> sign(const CertificatePeer& peer, const std::string& fingerprint,
                                 const crypto::SigningInput& input) {
  cert::SignRequest request;
  request.set_purpose(cert::PURPOSE_SIP_TLS);
  request.set_scheme(scheme_of(input.scheme));
  request.set_digest(std::string(crypto::digest_name(input.digest)));
  request.set_input(input.input);
  request.set_content(input.content);
  request.set_key_fingerprint(fingerprint);
  auto reply = peer->call(&cert::CertificateManager::Stub::Sign, request, kPatience);
  if (!reply.ok()) return reply.status();
  return reply->signature();
}

absl::StatusOr<FlowIdentity> identity(const CertificatePeer& peer) {
  cert::GetIdentityRequest request;
  request.set_purpose(cert::PURPOSE_SIP_TLS);
  auto reply = peer->call(&cert::CertificateManager::Stub::GetIdentity, request, kPatience);
  if (!reply.ok()) return reply.status();
  if (reply->chain_size() == 0) return absl::NotFoundError("neither an LSC nor a MIC is installed");
  FlowIdentity identity;
  identity.kind = certificate_kind_text(reply->kind());
  identity.key = reply->key_fingerprint();
  identity.identity.chain_der.assign(reply->chain().begin(), reply->chain().end());
  identity.identity.sign = [peer, fingerprint = reply->key_fingerprint()](const crypto::SigningInput& input) {
    return sign(peer, fingerprint, input);
  };
  return identity;
}

}  // namespace

void report_identity_use(const CertificatePeer& peer, FlowId flow, const IdentityUse& use,
                         std::function<void(IdentityUseReported)> answered) {
  cert::IdentityUse request;
  request.set_key_fingerprint(use.key);
  request.set_held(use.held);
  request.set_server(text::clean(use.server));
  request.set_reason(text::clean(use.reason));
  peer->start(
      &cert::CertificateManager::Stub::PrepareAsyncReportIdentityUse, request, kPatience,
      [answered = std::move(answered), flow, held = use.held](const absl::StatusOr<cert::IdentityUseReply>& reply) {
        answered(
            {.flow = flow, .held = held, .taken = reply.ok(), .show_another = reply.ok() && reply->show_another()});
      });
}

FlowTrust make_flow_trust(TrustPeer trust, CertificatePeer certificates) {
  return {[trust](const std::vector<std::string>& chain, const Target& target) { return verify(trust, chain, target); },
          [certificates] { return identity(certificates); }};
}

absl::StatusOr<std::string> key_to_show(const CertificatePeer& peer) {
  auto shown = identity(peer);
  if (!shown.ok()) return shown.status();
  return std::move(shown->key);
}

}  // namespace phone::signaling
