// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/network_access/eap_key/wire.hpp"

// A key as PKCS#11 shows it, made from its certificate, and the translations between what PKCS#11 and what
// certificate_manager call a signature.
namespace phone::eap_key {

struct Key {
  bool rsa = true;
  std::size_t signature_bytes = 0;
  std::string modulus, exponent;                     // RSA, big-endian
  std::string curve, point;                          // EC: DER of the parameters; DER OCTET STRING of the point
  std::string certificate, subject, issuer, serial;  // DER
  std::string fingerprint;                           // SHA-256 of the SubjectPublicKeyInfo, lower-case hex
};

// Nothing for a certificate that cannot be read or whose key is neither RSA nor EC.
std::optional<Key> key_of(const Identity& identity);

struct Order {
  Scheme scheme;
  std::string_view digest;
  std::string_view input;
};

// CKM_RSA_PKCS hands over a DigestInfo (RFC 8017 section 9.2); nothing when it is not one of SHA-256, 384, 512.
std::optional<Order> pkcs1_order(std::string_view digest_info);
// CKM_ECDSA hands over a digest, perhaps cut to the curve's size. Its length tells which hash made it.
std::optional<Order> ecdsa_order(std::string_view digest);

// DER ECDSA-Sig-Value to r and s side by side, as PKCS#11 has it.
std::optional<std::string> raw_ecdsa(std::string_view der, std::size_t size);

}  // namespace phone::eap_key
