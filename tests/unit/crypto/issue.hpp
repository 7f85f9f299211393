// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Certificates with whatever extensions a test wants, made on the spot.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/crypto/pointers.hpp"
#include "common/crypto/x509.hpp"

namespace phone::crypto {

// A certificate with its key.
struct Issued {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> x509;
  Certificate certificate() const;
  std::string key_pem() const;
};

struct Wanted {
  std::string name;                                     // CN
  std::vector<std::pair<int, std::string>> extensions;  // NID, value as openssl.cnf has it
  int rsa_bits = 0;                                     // 0: EC P-256
  const char* key_kind = nullptr;                       // "ED25519", "RSA-PSS": instead; signed by its issuer
  const char* serial = nullptr;                         // hexadecimal, "-" before a negative one; nullptr: counted
  absl::Time from, until;
  const EVP_MD* digest = EVP_sha256();
  bool subject_key = true, authority_key = true;  // its key identifiers; a self-signed one names no issuer's
};

Issued issue(const Wanted& wanted, const Issued* issuer);

// A CRL that names `revoked`, DER.
std::string revoke(const Issued& issuer, const std::vector<const Issued*>& revoked, absl::Time from, absl::Time until,
                   const EVP_MD* digest = EVP_sha256());

}  // namespace phone::crypto
