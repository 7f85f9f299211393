// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/scep_keys_rpc.hpp"

#include "absl/strings/str_cat.h"

namespace phone::enrolment {
namespace {

namespace pb = phone::certificates::v1;
using pb::CertificateManager;

constexpr absl::Duration kPathWait = absl::Seconds(4);
constexpr int kLongestChain = 8;  // as VerifyPeer takes them

}  // namespace

absl::StatusOr<std::string> MeshScepKeyStore::make_key(int rsa_bits) {
  return generate_key(peers_, order_, {.ec = false, .bits = rsa_bits});
}

absl::StatusOr<std::string> MeshScepKeyStore::sign(const std::string& key, const crypto::SigningInput& input) {
  if (input.scheme != crypto::SigningInput::kRsaPkcs1) return absl::InvalidArgumentError("SCEP signs only with RSA");
  pb::SignRequest request;
  request.set_purpose(pb::PURPOSE_SCEP);
  request.set_scheme(pb::SCHEME_RSA_PKCS1);
  request.set_digest(std::string(crypto::digest_name(input.digest)));
  request.set_input(input.input);
  request.set_content(input.content);
  request.set_key_fingerprint(key);
  auto reply = peers_.certificates.call(&CertificateManager::Stub::Sign, request, kKeyWait);
  if (!reply.ok()) return reply.status();
  return reply->signature();
}

absl::StatusOr<crypto::Secret> MeshScepKeyStore::open(const std::string& key, const std::string& wrapped) {
  pb::UnwrapRequest request;
  request.set_purpose(pb::PURPOSE_SCEP);
  request.set_wrapped_key(wrapped);
  request.set_key_fingerprint(key);
  auto reply = peers_.certificates.call(&CertificateManager::Stub::Unwrap, request, kKeyWait);
  if (!reply.ok()) return reply.status();
  if (!reply->unwrapped()) return absl::InvalidArgumentError(reply->reason());
  return crypto::Secret(std::move(*reply->mutable_content_key()));
}

absl::StatusOr<std::string> MeshScepKeyStore::held() { return held_certificate(peers_, pb::CERTIFICATE_KIND_USER); }

std::string MeshScepKeyStore::store(const std::string& certificate, const std::vector<std::string>& issuers) {
  return store_certificate(peers_, order_, pb::CERTIFICATE_KIND_USER, certificate, issuers);
}

absl::Status vouch_for(const MeshPeers& peers, const Authority& authority, const std::string& server) {
  trust::v1::VerifyPeerRequest request;
  request.add_chain(authority.recipient.der());
  for (const auto& one : authority.proven) {
    if (request.chain_size() == kLongestChain) break;
    if (one != authority.recipient && one != authority.root) request.add_chain(one.der());
  }
  request.set_anchor(authority.root.der());
  request.set_host(server);
  request.set_purpose("scep");
  const auto verdict = peers.trust.call(&trust::v1::TrustStore::Stub::VerifyPeer, request, kPathWait);
  if (!verdict.ok()) return absl::UnavailableError(absl::StrCat("trust_store: ", verdict.status().message()));
  return verdict->trusted() ? absl::OkStatus() : absl::PermissionDeniedError(verdict->reason());
}

}  // namespace phone::enrolment
