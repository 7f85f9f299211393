// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/types.h>

#include "absl/status/statusor.h"
#include "common/crypto/digest.hpp"

namespace phone::crypto {

// An RSA or EC public key. Copies share the key.
class PublicKey {
 public:
  // INVALID_ARGUMENT for anything but one whole SubjectPublicKeyInfo; UNIMPLEMENTED, with the kind in the message, for
  // a key that is neither RSA nor EC, has explicit curve parameters or is longer than is taken.
  static absl::StatusOr<PublicKey> from_spki(std::string_view der);
  static absl::StatusOr<PublicKey> from_x509(X509* certificate);
  // Takes over the reference.
  static absl::StatusOr<PublicKey> adopt(EVP_PKEY* key);

  // RSASSA-PKCS1-v1_5 for RSA, DER ECDSA for EC; the digest is made here.
  bool verify_pkcs1(Digest algorithm, std::string_view signed_bytes, std::string_view signature) const;
  // RSASSA-PSS with a salt as long as the digest.
  bool verify_pss(Digest algorithm, std::string_view signed_bytes, std::string_view signature) const;
  // As verify_pkcs1, for bytes too many to hold: `digest_value` is theirs.
  bool verify_digest(Digest algorithm, std::string_view digest_value, std::string_view signature) const;
  // Type-1 padding around exactly `content`, no DigestInfo (cisco-formats.md D3). False for EC.
  bool verify_bare(std::string_view content, std::string_view signature) const;

  std::string describe() const;  // "RSA 4096", "EC P-256"
  int bits() const;
  bool is_rsa() const;
  std::string spki() const;  // SubjectPublicKeyInfo DER
  // As a trust list's PUBLICKEY has it: PKCS#1 RSAPublicKey DER for RSA, uncompressed X9.62 point for EC.
  std::string list_form() const;
  EVP_PKEY* get() const { return key_.get(); }

  friend bool operator==(const PublicKey& left, const PublicKey& right) { return left.spki() == right.spki(); }

 private:
  explicit PublicKey(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)) {}
  std::shared_ptr<EVP_PKEY> key_;
};

// SHA-256 of the SubjectPublicKeyInfo, lower-case hex.
std::string spki_fingerprint(const PublicKey& key);

}  // namespace phone::crypto
