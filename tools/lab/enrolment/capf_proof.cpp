// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/enrolment/capf_proof.hpp"

#include <openssl/err.h>
#include <openssl/rsa.h>

namespace phone::lab {
namespace {

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

std::string recovered_digest(EVP_PKEY* key, std::string_view signature) {
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key, nullptr);
  std::string out(static_cast<size_t>(EVP_PKEY_get_size(key)), '\0');
  size_t size = out.size();
  const bool done = EVP_PKEY_verify_recover_init(context) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
                    EVP_PKEY_verify_recover(context, reinterpret_cast<unsigned char*>(out.data()), &size,
                                            raw(signature), signature.size()) == 1;
  EVP_PKEY_CTX_free(context);
  out.resize(done ? size : 0);
  return out;
}

}  // namespace

bool proof_holds(EVP_PKEY* key, Hash hash, std::string_view data, std::string_view signature) {
  bool holds = false;
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    holds = recovered_digest(key, signature) == digest(message_digest(hash), data);
  } else {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    holds = EVP_DigestVerifyInit(context, nullptr, message_digest(hash), nullptr, key) == 1 &&
            EVP_DigestVerify(context, raw(signature), signature.size(), raw(data), data.size()) == 1;
    EVP_MD_CTX_free(context);
  }
  ERR_clear_error();
  return holds;
}

bool issued_by_one_of(const Identity& certificate, const std::vector<IdentityPtr>& authorities) {
  for (const IdentityPtr& one : authorities) {
    if (X509_verify(certificate.x509(), one->public_key()) == 1) return true;
  }
  ERR_clear_error();
  return false;
}

}  // namespace phone::lab
