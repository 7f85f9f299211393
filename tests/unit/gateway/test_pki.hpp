// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// test_pki.hpp -- an authority and certificates for two ends of a TLS connection, made afresh by every test.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <memory>
#include <string>

namespace phone::gateway {

struct Credentials {
  std::string certificate;  // PEM
  std::string key;          // PEM
};

class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name)
      : key_(EVP_EC_gen("P-256"), &EVP_PKEY_free),
        name_(name),
        certificate_(make(name, key_.get(), true), &X509_free) {}

  std::string pem() const { return certificate_pem(certificate_.get()); }
  // Without `named` there is no subjectAltName.
  Credentials issue(const std::string& name, bool named = true) const {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(make(name, key.get(), false, named), &X509_free);
    return {certificate_pem(certificate.get()), key_pem(key.get())};
  }

 private:
  X509* make(const std::string& name, EVP_PKEY* key, bool authority, bool named = true) const {
    X509* certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), authority ? 1 : 2);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    add_name(X509_get_subject_name(certificate), name);
    add_name(X509_get_issuer_name(certificate), name_);
    add(certificate, NID_basic_constraints, authority ? "critical,CA:TRUE" : "CA:FALSE");
    if (named) add(certificate, NID_subject_alt_name, ("DNS:" + name).c_str());
    X509_sign(certificate, key_.get(), EVP_sha256());
    return certificate;
  }
  static void add_name(X509_NAME* to, const std::string& name) {
    X509_NAME_add_entry_by_txt(to, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                               0);
  }
  static void add(X509* certificate, int kind, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  static std::string drain(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
  }
  static std::string certificate_pem(X509* certificate) {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, certificate);
    return drain(bio);
  }
  static std::string key_pem(EVP_PKEY* key) {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    return drain(bio);
  }

  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  const std::string name_;
  const std::unique_ptr<X509, decltype(&X509_free)> certificate_;
};

}  // namespace phone::gateway
