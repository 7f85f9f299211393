// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// tls_context.hpp -- the identity of a TCP acceptor and its demands on clients, as an OpenSSL context.
#pragma once

#include <absl/status/statusor.h>
#include <openssl/types.h>

#include <memory>
#include <string>

#include "common/clock/time_floor.hpp"
#include "common/tls/client_check.hpp"
#include "common/tls/profile.hpp"

namespace phone::mesh {

// Server certificate and key, and the authorities whose client certificates are let in; PEM. The client certificate is
// always required.
struct TlsIdentity {
  std::string certificate_chain;
  std::string private_key;
  std::string client_authorities;
};

using tls::PresentTime;

// A server's context by `profile`; no resumption, HTTP/2. INVALID_ARGUMENT when key and certificate do not match. The
// dates of clients' certificates are judged by `present`, which outlives the context.
absl::StatusOr<std::shared_ptr<SSL_CTX>> tls_door_context(const TlsIdentity& identity, const tls::Profile& profile,
                                                          const PresentTime* present);

// The dates of the path a connected client has proven itself by, at present. X509_V_OK or OpenSSL's error.
int error_of_dates(const SSL* ssl, const clock::Present& present);

}  // namespace phone::mesh
