// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/crypto/public_key.hpp"

#include <vector>

#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "absl/strings/str_cat.h"
#include "common/crypto/certificate_shape.hpp"
#include "common/crypto/errors.hpp"
#include "common/crypto/pointers.hpp"

namespace phone::crypto {
namespace {

const unsigned char* bytes_of(std::string_view view) { return reinterpret_cast<const unsigned char*>(view.data()); }

std::string verify_digest_name(Digest algorithm) { return std::string(digest_name(algorithm)); }

bool verify(EVP_PKEY* key, Digest algorithm, std::string_view bytes, std::string_view signature, int padding) {
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;
  const std::string name = verify_digest_name(algorithm);
  bool good = context != nullptr &&
              EVP_DigestVerifyInit_ex(context.get(), &key_context, name.c_str(), nullptr, nullptr, key, nullptr) == 1;
  if (good && padding != 0) good = EVP_PKEY_CTX_set_rsa_padding(key_context, padding) == 1;
  if (good && padding == RSA_PKCS1_PSS_PADDING) {
    good = EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) == 1;
  }
  good = good &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(bytes), bytes.size()) == 1;
  if (!good) openssl_errors();
  return good;
}

// "ED25519", "DSA", "RSA-PSS"
std::string kind_of(const EVP_PKEY* key) {
  const char* name = EVP_PKEY_get0_type_name(key);
  return name != nullptr ? name : "unknown";
}

}  // namespace

absl::StatusOr<PublicKey> PublicKey::adopt(EVP_PKEY* key) {
  if (key == nullptr) return absl::InvalidArgumentError(absl::StrCat("the public key is damaged: ", openssl_errors()));
  std::shared_ptr<EVP_PKEY> held(key, EVP_PKEY_free);
  if (EVP_PKEY_is_a(key, "RSA") != 1 && EVP_PKEY_is_a(key, "EC") != 1) {
    return absl::UnimplementedError(absl::StrCat("the public key is neither RSA nor EC: ", kind_of(key)));
  }
  if (EVP_PKEY_get_bits(key) > static_cast<int>(kLongestModulus))
    return absl::UnimplementedError("the public key is too long");
  return PublicKey(std::move(held));
}

absl::StatusOr<PublicKey> PublicKey::from_spki(std::string_view der) {
  if (absl::Status status = check_key_shape(der); !status.ok()) return status;
  const unsigned char* position = bytes_of(der);
  EVP_PKEY* key = d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size()));
  if (key != nullptr && position != bytes_of(der) + der.size()) {
    EVP_PKEY_free(key);
    return absl::InvalidArgumentError("there are bytes after the public key");
  }
  return adopt(key);
}

absl::StatusOr<PublicKey> PublicKey::from_x509(X509* certificate) { return adopt(X509_get_pubkey(certificate)); }

bool PublicKey::verify_pkcs1(Digest algorithm, std::string_view signed_bytes, std::string_view signature) const {
  return verify(key_.get(), algorithm, signed_bytes, signature, is_rsa() ? RSA_PKCS1_PADDING : 0);
}

bool PublicKey::verify_pss(Digest algorithm, std::string_view signed_bytes, std::string_view signature) const {
  return is_rsa() && verify(key_.get(), algorithm, signed_bytes, signature, RSA_PKCS1_PSS_PADDING);
}

bool PublicKey::verify_digest(Digest algorithm, std::string_view digest_value, std::string_view signature) const {
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(key_.get(), nullptr));
  const EVP_MD* method = EVP_get_digestbyname(verify_digest_name(algorithm).c_str());
  bool good = context != nullptr && method != nullptr && EVP_PKEY_verify_init(context.get()) == 1;
  if (good && is_rsa()) good = EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1;
  good = good && EVP_PKEY_CTX_set_signature_md(context.get(), method) == 1 &&
         EVP_PKEY_verify(context.get(), bytes_of(signature), signature.size(), bytes_of(digest_value),
                         digest_value.size()) == 1;
  if (!good) openssl_errors();
  return good;
}

bool PublicKey::verify_bare(std::string_view content, std::string_view signature) const {
  if (!is_rsa()) return false;
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(key_.get(), nullptr));
  const bool good =
      context != nullptr && EVP_PKEY_verify_init(context.get()) == 1 &&
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
      EVP_PKEY_verify(context.get(), bytes_of(signature), signature.size(), bytes_of(content), content.size()) == 1;
  if (!good) openssl_errors();
  return good;
}

std::string PublicKey::describe() const {
  if (is_rsa()) return absl::StrCat("RSA ", bits());
  char group[80] = {};
  size_t length = 0;
  if (EVP_PKEY_get_utf8_string_param(key_.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, &length) != 1) {
    openssl_errors();
    return absl::StrCat("EC ", bits());
  }
  const std::string_view name(group, length);
  if (name == "prime256v1" || name == "P-256") return "EC P-256";
  if (name == "secp384r1" || name == "P-384") return "EC P-384";
  if (name == "secp521r1" || name == "P-521") return "EC P-521";
  return "EC " + std::string(name);
}

int PublicKey::bits() const { return EVP_PKEY_get_bits(key_.get()); }

bool PublicKey::is_rsa() const { return EVP_PKEY_is_a(key_.get(), "RSA") == 1; }

std::string PublicKey::spki() const {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key_.get(), &der);
  const OpensslBytes held(der);
  if (size <= 0) {
    openssl_errors();
    return {};
  }
  return {reinterpret_cast<const char*>(der), static_cast<size_t>(size)};
}

std::string PublicKey::list_form() const {
  // The BIT STRING of a SubjectPublicKeyInfo is exactly this, for both kinds.
  const std::string der = spki();
  const unsigned char* position = bytes_of(der);
  X509_PUBKEY* parsed = d2i_X509_PUBKEY(nullptr, &position, static_cast<long>(der.size()));
  if (parsed == nullptr) {
    openssl_errors();
    return {};
  }
  const unsigned char* bits = nullptr;
  int size = 0;
  std::string form;
  if (X509_PUBKEY_get0_param(nullptr, &bits, &size, nullptr, parsed) == 1 && size > 0) {
    form.assign(reinterpret_cast<const char*>(bits), static_cast<size_t>(size));
  }
  X509_PUBKEY_free(parsed);
  return form;
}

std::string spki_fingerprint(const PublicKey& key) { return hex(digest(Digest::kSha256, key.spki())); }

}  // namespace phone::crypto
