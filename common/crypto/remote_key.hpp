// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/crypto/digest.hpp"
#include "common/crypto/pointers.hpp"
#include "common/crypto/public_key.hpp"
#include "common/crypto/secret.hpp"

// A private key that is somewhere else: an EVP_PKEY whose signing asks a callback, so that no process that parses
// network bytes holds a key.
namespace phone::crypto {

struct SigningInput {
  enum Scheme { kRsaPkcs1, kRsaPss, kEcdsa };
  Scheme scheme;
  Digest digest;
  std::string input;    // the digest's value
  std::string content;  // of which it is the digest; empty: OpenSSL was given only the digest
};

// Of a TLS 1.2 handshake the content is all that was said before; more than this is not signed.
inline constexpr size_t kMostSignedContent = size_t{64} << 10;

// Returns the signature (DER for ECDSA) or why there is none. Called on the thread that does the handshake; may block.
using Signer = std::function<absl::StatusOr<std::string>(const SigningInput&)>;

// Returns the content of an RSAES-PKCS1-v1_5 ciphertext, or why not.
using Opener = std::function<absl::StatusOr<Secret>(const std::string& wrapped)>;

// Fits SSL_CTX_use_PrivateKey for TLS 1.2 and 1.3 with RSA (PKCS#1 and PSS) and EC keys, and
// X509_sign, X509_REQ_sign, CMS_add1_signer; with an opener (RSA only) CMS_decrypt too. Both live as long as the key.
absl::StatusOr<EvpPkeyPtr> remote_private_key(const PublicKey& key, Signer signer, Opener opener = nullptr);

}  // namespace phone::crypto
