// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A certificate, with its private key when the lab holds it, and the views of it that the Cisco formats need.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace phone::lab {

struct X509Free {
  void operator()(X509* one) const { X509_free(one); }
};
struct KeyFree {
  void operator()(EVP_PKEY* one) const { EVP_PKEY_free(one); }
};
using X509Ptr = std::unique_ptr<X509, X509Free>;
using KeyPtr = std::unique_ptr<EVP_PKEY, KeyFree>;

enum class Hash : uint8_t { kSha1 = 1, kSha256 = 2, kSha512 = 3 };  // codes of header tag 8

class Identity {
 public:
  Identity() = default;
  Identity(X509Ptr certificate, KeyPtr key) : certificate_(std::move(certificate)), key_(std::move(key)) {}

  // A PEM file with a certificate and, optionally, its private key.
  static absl::StatusOr<std::shared_ptr<Identity>> load(const std::filesystem::path& pem);
  static absl::StatusOr<std::shared_ptr<Identity>> from_der(std::string_view der);

  X509* x509() const { return certificate_.get(); }
  EVP_PKEY* key() const { return key_.get(); }
  EVP_PKEY* public_key() const { return X509_get0_pubkey(certificate_.get()); }

  std::string der() const;
  std::string subject(char separator = ',') const;  // RFC 4514 pieces in certificate order
  std::string issuer(char separator = ',') const;
  std::string common_name() const;
  std::string issuer_common_name() const;
  std::string serial() const;           // minimal big-endian bytes
  std::string list_public_key() const;  // PKCS#1 RSAPublicKey, or the X9.62 point
  std::string signature_bits() const;
  std::string md5_hex() const;  // certHash of the configuration
  bool is_rsa() const;
  int bits() const;
  std::string describe_key() const;  // "RSA 2048", "EC P-256"

  std::string certificate_pem() const;
  std::string key_pem() const;
  absl::Status save(const std::filesystem::path& pem) const;  // key (if any) and certificate, mode 0600

 private:
  X509Ptr certificate_;
  KeyPtr key_;
};

using IdentityPtr = std::shared_ptr<Identity>;

std::string digest(const EVP_MD* kind, std::string_view bytes);
const EVP_MD* message_digest(Hash hash);
std::string hex(std::string_view bytes);

// RSASSA-PKCS1-v1_5 over the bytes; empty when the key cannot.
std::string sign_pkcs1(EVP_PKEY* key, Hash hash, std::string_view bytes);

std::string openssl_error_text();

absl::StatusOr<std::string> read_file(const std::filesystem::path& file);
absl::Status write_file(const std::filesystem::path& file, std::string_view content, bool secret = false);

}  // namespace phone::lab
