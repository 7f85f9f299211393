// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// test_ca.hpp -- a certificate authority that lives as long as a test.
#pragma once

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace phone::mesh {

class TestCa {
 public:
  struct Issued {
    std::string chain, key;  // PEM
  };

  TestCa() : key_(EVP_EC_gen("P-256")), certificate_(make("test authority", key_.get(), nullptr)) {}
  std::string pem() const { return to_pem(certificate_.get()); }
  Issued issue(const std::string& name) const {
    const Key key(EVP_EC_gen("P-256"));
    const Certificate certificate = make(name, key.get(), certificate_.get());
    const Bio out(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return {to_pem(certificate.get()), text(out.get())};
  }

 private:
  template <auto release>
  struct Free {
    template <class T>
    void operator()(T* thing) const {
      release(thing);
    }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
  using Certificate = std::unique_ptr<X509, Free<X509_free>>;
  using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;

  static std::string text(BIO* bio) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<size_t>(size)};
  }
  static std::string to_pem(X509* certificate) {
    const Bio out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), certificate);
    return text(out.get());
  }
  static void extend(X509* certificate, X509* issuer, int id, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  Certificate make(const std::string& name, EVP_PKEY* key, X509* issuer) const {
    Certificate certificate(X509_new());
    X509_set_version(certificate.get(), 2);
    static long serial = 1;
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer != nullptr ? issuer : certificate.get()));
    X509_set_pubkey(certificate.get(), key);
    X509* by = issuer != nullptr ? issuer : certificate.get();
    extend(certificate.get(), by, NID_basic_constraints, issuer != nullptr ? "CA:FALSE" : "critical,CA:TRUE");
    if (issuer != nullptr) extend(certificate.get(), by, NID_subject_alt_name, ("DNS:" + name).c_str());
    X509_sign(certificate.get(), key_.get(), EVP_sha256());
    return certificate;
  }

  const Key key_;
  const Certificate certificate_;
};

}  // namespace phone::mesh
