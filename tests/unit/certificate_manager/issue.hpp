// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// issue.hpp -- certificates as a CAPF server issues them, for tests of the key holder.
#pragma once

#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <string>

#include "common/crypto/pointers.hpp"
#include "common/crypto/public_key.hpp"

namespace phone::certificates {

// DER, for the key of `spki`; valid in seconds from now.
inline std::string issue(const std::string& common_name, const std::string& spki, long from = -60, long until = 3600) {
  static const crypto::EvpPkeyPtr issuer(EVP_RSA_gen(2048));
  const crypto::X509Ptr made(X509_new());
  X509_set_version(made.get(), 2);
  static long serial = 0;
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), from);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), until);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  const auto key = crypto::PublicKey::from_spki(spki);
  X509_set_pubkey(made.get(), key->get());
  X509_sign(made.get(), issuer.get(), EVP_sha256());
  unsigned char* der = nullptr;
  const int size = i2d_X509(made.get(), &der);
  const crypto::OpensslBytes held(der);
  return {reinterpret_cast<char*>(der), static_cast<size_t>(size)};
}

}  // namespace phone::certificates
