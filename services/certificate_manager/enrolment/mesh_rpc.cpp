// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/mesh_rpc.hpp"

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.hpp"
#include "common/crypto/x509.hpp"
#include "common/log/log.hpp"
#include "common/text/foreign_text.hpp"

namespace phone::enrolment {
namespace {

namespace pb = phone::certificates::v1;
using pb::CertificateManager;
using pb::EnrolmentKeys;

constexpr absl::Duration kVerifyWait = absl::Seconds(4);  // TVS may take 2 s of it
// cisco-formats.md D2: old phones took up to 30 minutes; a token makes 4096 bits in well under two.
constexpr absl::Duration kGenerateWait = absl::Minutes(2);
constexpr absl::Duration kReportWait = absl::Seconds(10);
constexpr std::size_t kMostWords = 500;

}  // namespace

tls::PeerVerifier capf_verifier(const MeshPeers& peers, std::string host) {
  return [&peers, host = std::move(host)](const std::vector<std::string>& chain) -> absl::StatusOr<std::string> {
    trust::v1::VerifyPeerRequest request;
    for (const auto& der : chain) request.add_chain(der);
    request.set_role(trust::v1::TRUST_ROLE_CAPF);
    request.set_host(host);
    request.set_purpose("capf");
    const auto verdict = peers.trust.call(&trust::v1::TrustStore::Stub::VerifyPeer, request, kVerifyWait);
    if (!verdict.ok()) return verdict.status();
    if (!verdict->trusted()) return absl::PermissionDeniedError(verdict->reason());
    return verdict->by();
  };
}

absl::StatusOr<std::string> MeshKeyStore::sign(const std::string& input, const std::string& digest, bool rsa,
                                               const pb::Identity& identity) {
  pb::SignRequest request;
  request.set_purpose(pb::PURPOSE_CAPF_PROOF);
  request.set_scheme(rsa ? pb::SCHEME_RSA_PKCS1_BARE : pb::SCHEME_ECDSA);
  request.set_digest(digest);
  request.set_input(crypto::digest(*crypto::digest_of(digest), input));
  request.set_content(input);
  request.set_kind(identity.kind());
  request.set_key_fingerprint(identity.key_fingerprint());
  auto reply = peers_.certificates.call(&CertificateManager::Stub::Sign, request, kKeyWait);
  if (!reply.ok()) return reply.status();
  return reply->signature();
}

absl::StatusOr<Proof> MeshKeyStore::prove(std::uint32_t session) {
  pb::GetIdentityRequest request;
  request.set_purpose(pb::PURPOSE_CAPF_PROOF);
  if (mic_only_) request.set_kind(pb::CERTIFICATE_KIND_MIC);
  const auto identity = peers_.certificates.call(&CertificateManager::Stub::GetIdentity, request, kKeyWait);
  if (!identity.ok()) return identity.status();
  if (identity->chain().empty()) return absl::InternalError("the identity has no certificate");
  const auto certificate = crypto::Certificate::parse(identity->chain(0));
  if (!certificate.ok()) return certificate.status();
  const std::string input = proof_input(device_, certificate->der());
  const bool rsa = certificate->public_key().is_rsa();
  auto sha1 = sign(input, "SHA1", rsa, *identity);
  if (!sha1.ok()) return sha1.status();
  auto sha512 = sign(input, "SHA512", rsa, *identity);
  if (!sha512.ok()) return sha512.status();
  Proof proof{certificate->der(), *std::move(sha1), *std::move(sha512), {}};
  if (!mic_only_ || !rsa) return proof;  // no SUDI of an EC key is known (cisco-formats.md D3)
  const std::string hardware = sudi_input(session, certificate->der());
  auto sudi_sha1 = sign(hardware, "SHA1", rsa, *identity);
  if (!sudi_sha1.ok()) return sudi_sha1.status();
  auto sudi_sha512 = sign(hardware, "SHA512", rsa, *identity);
  if (!sudi_sha512.ok()) return sudi_sha512.status();
  proof.sudi = SudiProof{certificate->der(), *std::move(sudi_sha1), *std::move(sudi_sha512)};
  return proof;
}

absl::StatusOr<std::string> MeshKeyStore::make_key(const MakeKey& request) {
  return generate_key(peers_, order_, request);
}

std::string MeshKeyStore::store(const std::string& certificate) {
  return store_certificate(peers_, order_, pb::CERTIFICATE_KIND_LSC, certificate, {});
}

absl::StatusOr<std::string> MeshKeyStore::held_lsc() { return held_certificate(peers_, pb::CERTIFICATE_KIND_LSC); }

absl::StatusOr<bool> MeshKeyStore::remove_lsc() {
  pb::DeleteCertificateRequest request;
  request.set_order(order_);
  request.set_kind(pb::CERTIFICATE_KIND_LSC);
  const auto reply = peers_.keys.call(&EnrolmentKeys::Stub::DeleteCertificate, request, kKeyWait);
  if (!reply.ok()) return reply.status();
  return reply->deleted();
}

absl::StatusOr<std::string> generate_key(const MeshPeers& peers, std::uint64_t order, const MakeKey& request) {
  pb::GenerateKeyRequest generate;
  generate.set_order(order);
  generate.set_type(request.ec ? pb::KEY_TYPE_EC : pb::KEY_TYPE_RSA);
  generate.set_bits(static_cast<std::uint32_t>(request.bits));
  const auto reply = peers.keys.once(&EnrolmentKeys::Stub::GenerateKey, generate, kGenerateWait);
  if (!reply.ok()) return reply.status();
  return reply->public_key();
}

absl::StatusOr<std::string> held_certificate(const MeshPeers& peers, pb::CertificateKind kind) {
  const auto state = peers.certificates.call(&CertificateManager::Stub::ListCertificates, {}, kKeyWait);
  if (!state.ok()) return state.status();
  for (const auto& certificate : state->certificate()) {
    if (certificate.kind() == kind) return certificate.der();
  }
  return absl::NotFoundError("no such certificate");
}

std::string store_certificate(const MeshPeers& peers, std::uint64_t order, pb::CertificateKind kind,
                              const std::string& certificate, const std::vector<std::string>& issuers) {
  pb::StoreCertificateRequest request;
  request.set_order(order);
  request.set_kind(kind);
  request.set_certificate(certificate);
  for (const auto& issuer : issuers) request.add_issuer(issuer);
  const auto reply = peers.keys.once(&EnrolmentKeys::Stub::StoreCertificate, request, kKeyWait);
  if (!reply.ok()) return absl::StrCat("not stored: ", reply.status().message());
  if (!reply->stored()) return reply->reason().empty() ? "not stored" : reply->reason();
  return {};
}

void report(const MeshPeers& peers, std::uint64_t order, pb::EnrolmentPhase phase, const std::string& server,
            const std::string& reason) {
  pb::EnrolmentReport request;
  request.set_order(order);
  request.set_phase(phase);
  // Words of servers: one byte that is no UTF-8 would lose the report, and with a final one the order's end.
  request.set_server(text::clean(server));
  request.set_reason(text::clean(reason, kMostWords));
  const auto reply = peers.keys.call(&EnrolmentKeys::Stub::Report, request, kReportWait);
  if (!reply.ok()) log::warning("the report was not accepted", {{"reason", reply.status().ToString()}});
}

}  // namespace phone::enrolment
