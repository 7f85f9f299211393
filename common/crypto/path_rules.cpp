// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/crypto/path_rules.hpp"

#include <openssl/x509v3.h>

#include "absl/strings/str_cat.h"
#include "common/crypto/path_reason.hpp"

namespace phone::crypto {
namespace {

constexpr int kShortestFipsKey = 2048;

bool has_an_extension_twice(const X509* one) {
  for (int i = 0; i < X509_get_ext_count(one); ++i) {
    if (X509_get_ext_by_OBJ(one, X509_EXTENSION_get_object(X509_get_ext(one, i)), i) >= 0) return true;
  }
  return false;
}

std::string key_fault(const X509* one, const PathRules& rules) {
  const EVP_PKEY* key = X509_get0_pubkey(one);
  const int kind = key == nullptr ? EVP_PKEY_NONE : EVP_PKEY_get_base_id(key);
  if (kind != EVP_PKEY_RSA && kind != EVP_PKEY_EC) return " has neither an RSA nor an EC key";
  if (kind != EVP_PKEY_RSA) return {};
  const int bits = EVP_PKEY_get_bits(key);
  if (rules.fips && bits < kShortestFipsKey) return absl::StrCat(": ", key_text(one), " is not FIPS compliant");
  if (bits % 8 != 0) return absl::StrCat(" has the key ", key_text(one), ", whose size is not whole bytes");
  return {};
}

}  // namespace

std::string may_issue(const Certificate& leaf) {
  if (X509_check_ca(leaf.get()) != 0) return " is a CA certificate and cannot be a peer's own";
  if ((X509_get_extension_flags(leaf.get()) & EXFLAG_KUSAGE) != 0 &&
      (X509_get_key_usage(leaf.get()) & KU_KEY_CERT_SIGN) != 0) {
    return " may sign certificates by its key usage and cannot be a peer's own";
  }
  return {};
}

std::string too_lax(STACK_OF(X509) * chain, const PathRules& rules) {
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    const X509* one = sk_X509_value(chain, i);
    std::string fault = key_fault(one, rules);
    if (fault.empty() && has_an_extension_twice(one)) fault = " has a duplicate extension";
    if (fault.empty()) fault = name_constraint_fault(one, i == 0, rules.name);
    if (!fault.empty()) return absl::StrCat("certificate ", title(one), fault);
  }
  return {};
}

}  // namespace phone::crypto
