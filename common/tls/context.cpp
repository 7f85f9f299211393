// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <absl/strings/str_cat.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "common/crypto/errors.hpp"
#include "common/tls/profile.hpp"

namespace phone::tls {

absl::StatusOr<crypto::SslCtxPtr> make_context(const Profile& profile) {
  crypto::SslCtxPtr context(SSL_CTX_new(profile.server() ? TLS_server_method() : TLS_client_method()));
  if (context == nullptr) return absl::InternalError(crypto::openssl_errors());
  if (absl::Status status = apply(profile, context.get()); !status.ok()) return status;
  return context;
}

absl::Status apply(const Profile& profile, SSL_CTX* context) {
  ERR_clear_error();
  // First: it decides which entries the lists after it may have.
  SSL_CTX_set_security_level(context, profile.security_level());
  X509_VERIFY_PARAM_set_auth_level(SSL_CTX_get0_param(context), profile.certificate_level());
  // A server that may begin the handshake anew has the key holder sign as often as it likes.
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  if (profile.server()) SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  const char* failed = nullptr;
  const auto hold = [&failed](const char* what, long result) {
    if (failed == nullptr && result != 1) failed = what;
  };
  hold("versions", SSL_CTX_set_min_proto_version(context, profile.minimum()));
  hold("versions", SSL_CTX_set_max_proto_version(context, profile.maximum()));
  // Empty where only TLS 1.3 is left, and there the list is not used.
  if (!profile.suites12().empty()) hold("suites", SSL_CTX_set_cipher_list(context, profile.suites12().c_str()));
  hold("suites of TLS 1.3", SSL_CTX_set_ciphersuites(context, profile.suites13().c_str()));
  hold("groups", SSL_CTX_set1_groups_list(context, profile.groups().c_str()));
  hold("signature algorithms", SSL_CTX_set1_sigalgs_list(context, profile.signatures().c_str()));
  if (failed == nullptr) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("TLS ", failed, ": ", crypto::openssl_errors()));
}

}  // namespace phone::tls
