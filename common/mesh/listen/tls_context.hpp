// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// tls_context.hpp -- the identity of a TCP acceptor and its demands on clients, as an OpenSSL context.
#pragma once

#include <absl/status/statusor.h>
#include <openssl/types.h>

#include <memory>
#include <string>

#include "common/tls/profile.hpp"

namespace phone::mesh {

// Server certificate and key, and the authorities whose client certificates are let in; PEM. The client certificate is
// always required.
struct TlsIdentity {
  std::string certificate_chain;
  std::string private_key;
  std::string client_authorities;
};

// A server's context by `profile`; no resumption, HTTP/2. INVALID_ARGUMENT when key and certificate do not match.
absl::StatusOr<std::shared_ptr<SSL_CTX>> tls_door_context(const TlsIdentity& identity, const tls::Profile& profile);

}  // namespace phone::mesh
