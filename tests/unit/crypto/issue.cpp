// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/unit/crypto/issue.hpp"

#include <openssl/pem.h>

#include <stdexcept>

namespace phone::crypto {
namespace {

void check(bool done) {
  if (!done) throw std::runtime_error("a test's certificate cannot be made");
}

void extend(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_nconf_nid(nullptr, &context, id, value.c_str());
  check(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

EVP_PKEY* make_key(const char* kind) {
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  check(context != nullptr && EVP_PKEY_keygen_init(context.get()) == 1 && EVP_PKEY_generate(context.get(), &key) == 1);
  return key;
}

}  // namespace

Certificate Issued::certificate() const {
  unsigned char* der = nullptr;
  const int size = i2d_X509(x509.get(), &der);
  const OpensslBytes held(der);
  return Certificate::parse({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)}).value();
}

std::string Issued::key_pem() const {
  const BioPtr out(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

Issued issue(const Wanted& wanted, const Issued* issuer) {
  static long serial = 0;
  EVP_PKEY* key = wanted.key_kind != nullptr ? make_key(wanted.key_kind)
                  : wanted.rsa_bits > 0      ? EVP_RSA_gen(static_cast<unsigned>(wanted.rsa_bits))
                                             : EVP_EC_gen("P-256");
  check(key != nullptr);
  Issued result{{key, EVP_PKEY_free}, {X509_new(), X509_free}};
  X509* one = result.x509.get();
  X509* by = issuer != nullptr ? issuer->x509.get() : one;
  X509_set_version(one, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(one), ++serial);
  if (wanted.serial != nullptr) {
    BIGNUM* number = nullptr;
    check(BN_hex2bn(&number, wanted.serial) > 0);
    const BignumPtr held(number);
    check(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(one)) != nullptr);
  }
  ASN1_TIME_set(X509_getm_notBefore(one), absl::ToTimeT(wanted.from));
  ASN1_TIME_set(X509_getm_notAfter(one), absl::ToTimeT(wanted.until));
  X509_set_pubkey(one, key);
  if (!wanted.name.empty())
    X509_NAME_add_entry_by_txt(X509_get_subject_name(one), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wanted.name.c_str()), -1, -1, 0);
  X509_set_issuer_name(one, X509_get_subject_name(by));
  if (wanted.subject_key) extend(one, by, NID_subject_key_identifier, "hash");
  if (wanted.authority_key && issuer != nullptr) extend(one, by, NID_authority_key_identifier, "keyid");
  for (const auto& [id, value] : wanted.extensions) extend(one, by, id, value);
  check(X509_sign(one, issuer != nullptr ? issuer->key.get() : key, wanted.digest) > 0);
  return result;
}

std::string revoke(const Issued& issuer, const std::vector<const Issued*>& revoked, absl::Time from, absl::Time until,
                   const EVP_MD* digest) {
  const std::unique_ptr<X509_CRL, Freer<X509_CRL_free>> crl(X509_CRL_new());
  X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer.x509.get()));
  const std::unique_ptr<ASN1_TIME, Freer<ASN1_TIME_free>> last(ASN1_TIME_set(nullptr, absl::ToTimeT(from)));
  const std::unique_ptr<ASN1_TIME, Freer<ASN1_TIME_free>> next(ASN1_TIME_set(nullptr, absl::ToTimeT(until)));
  X509_CRL_set1_lastUpdate(crl.get(), last.get());
  X509_CRL_set1_nextUpdate(crl.get(), next.get());
  for (const Issued* one : revoked) {
    X509_REVOKED* entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(one->x509.get()));
    X509_REVOKED_set_revocationDate(entry, last.get());
    X509_CRL_add0_revoked(crl.get(), entry);
  }
  check(X509_CRL_sign(crl.get(), issuer.key.get(), digest) > 0);
  unsigned char* der = nullptr;
  const int size = i2d_X509_CRL(crl.get(), &der);
  const OpensslBytes held(der);
  return {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)};
}

}  // namespace phone::crypto
