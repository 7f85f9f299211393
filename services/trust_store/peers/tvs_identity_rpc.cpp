// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/peers/tvs_identity_rpc.hpp"

#include "common/mesh/client/peer.hpp"
#include "phone/certificates/v1/certificate_manager.grpc.pb.h"

namespace phone::trust {
namespace {

namespace pb = certificates::v1;
using Peer = mesh::Peer<pb::CertificateManager>;

constexpr absl::Duration kSignTimeout = absl::Seconds(1);

pb::Scheme scheme_of(crypto::SigningInput::Scheme scheme) {
  switch (scheme) {
    case crypto::SigningInput::kRsaPkcs1:
      return pb::SCHEME_RSA_PKCS1;
    case crypto::SigningInput::kRsaPss:
      return pb::SCHEME_RSA_PSS;
    case crypto::SigningInput::kEcdsa:
      return pb::SCHEME_ECDSA;
  }
  return pb::SCHEME_UNSPECIFIED;
}

absl::StatusOr<std::string> sign(const Peer& peer, const std::string& fingerprint, const crypto::SigningInput& input) {
  pb::SignRequest request;
  request.set_purpose(pb::PURPOSE_TVS_TLS);
  request.set_scheme(scheme_of(input.scheme));
  request.set_digest(std::string(crypto::digest_name(input.digest)));
  request.set_input(input.input);
  request.set_content(input.content);
  request.set_key_fingerprint(fingerprint);
  auto reply = peer.call(&pb::CertificateManager::Stub::Sign, request, kSignTimeout);
  if (!reply.ok()) return reply.status();
  return reply->signature();
}

}  // namespace

struct TvsIdentity::HeldLists {
  explicit HeldLists(const std::filesystem::path& socket) : peer(socket) {}
  Peer peer;
};

TvsIdentity::TvsIdentity(const std::filesystem::path& socket) : held_(std::make_shared<const HeldLists>(socket)) {}
TvsIdentity::~TvsIdentity() = default;

std::optional<tls::Identity> TvsIdentity::fetch(absl::Duration timeout) const {
  pb::GetIdentityRequest request;
  request.set_purpose(pb::PURPOSE_TVS_TLS);
  auto identity = held_->peer.call(&pb::CertificateManager::Stub::GetIdentity, request, timeout);
  if (!identity.ok() || identity->chain().empty()) return std::nullopt;
  tls::Identity result;
  result.chain_der.assign(identity->chain().begin(), identity->chain().end());
  result.sign = [held = held_, fingerprint = identity->key_fingerprint()](const crypto::SigningInput& input) {
    return sign(held->peer, fingerprint, input);
  };
  return result;
}

}  // namespace phone::trust
