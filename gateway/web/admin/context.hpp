// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>
#include <openssl/types.h>

#include <memory>
#include <string>
#include <vector>

#include "common/crypto/remote_key.hpp"
#include "common/tls/client_check.hpp"
#include "common/tls/policy.hpp"

namespace phone::gateway::web {

// The certificate and key that the administrator's pages are served with, and whose clients are known by theirs.
struct ContextOptions {
  std::vector<std::string> chain_der;  // leaf first
  crypto::Signer sign;
  std::string client_authorities;  // PEM; empty: client certificates are not accepted
  const tls::PresentTime* present = nullptr;
};

struct DoorContext {
  std::shared_ptr<SSL_CTX> tls;
  std::vector<std::string> names;  // of the certificate: what a client may call this phone
};

// TLS by the policy's server side. A client may come without a certificate, to be asked for a password; one that does
// not stand ends the handshake. The error is one sentence.
absl::StatusOr<DoorContext> make_door_context(const tls::Policy& policy, const ContextOptions& options);

}  // namespace phone::gateway::web
