// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F14, F36: what our own TLS would not show is not taken into use; the same OpenSSL says so.
#include "common/tls/own_certificate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <functional>
#include <map>

#include "absl/time/clock.h"
#include "common/crypto/pointers.hpp"

namespace phone::tls {
namespace {

using ::testing::HasSubstr;

EVP_PKEY* rsa(unsigned bits) {
  static std::map<unsigned, crypto::EvpPkeyPtr> made;
  auto& key = made[bits];
  if (!key) key.reset(EVP_RSA_gen(bits));
  return key.get();
}

struct Certificate {
  const char* name;
  std::function<EVP_PKEY*()> key = [] { return rsa(2048); };
  long from = -60, until = 3600;  // seconds from now
  std::vector<std::pair<int, const char*>> extensions = {};
  const EVP_MD* (*digest)() = &EVP_sha256;
  bool fips = false;
  const char* reason = "";
  friend void PrintTo(const Certificate& one, std::ostream* out) { *out << one.name; }
};

crypto::Certificate made(const Certificate& wanted) {
  const crypto::X509Ptr x509(X509_new());
  X509_set_version(x509.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 7);
  X509_gmtime_adj(X509_getm_notBefore(x509.get()), wanted.from);
  X509_gmtime_adj(X509_getm_notAfter(x509.get()), wanted.until);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("SEP0A1B2C3D4E5F"), -1, -1, 0);
  X509_NAME_add_entry_by_txt(X509_get_issuer_name(x509.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("CAPF"), -1, -1, 0);
  X509_set_pubkey(x509.get(), wanted.key());
  for (const auto& [nid, value] : wanted.extensions) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    X509_add_ext(x509.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(x509.get(), rsa(2049), wanted.digest());
  unsigned char* der = nullptr;
  const int size = i2d_X509(x509.get(), &der);
  const crypto::OpensslBytes held(der);
  return *crypto::Certificate::parse({reinterpret_cast<char*>(der), static_cast<size_t>(size)});
}

class F14_OwnCertificate_Table : public ::testing::TestWithParam<Certificate> {};

TEST_P(F14_OwnCertificate_Table, IsShownOrRefusedWithTheReason) {
  const std::string why = why_not_shown({made(GetParam())}, {.fips = GetParam().fips}, absl::Now());
  if (*GetParam().reason == '\0') {
    EXPECT_EQ(why, "");
  } else {
    EXPECT_THAT(why, HasSubstr(GetParam().reason));
  }
}

EVP_PKEY* ec() {
  static const crypto::EvpPkeyPtr key(EVP_EC_gen("P-384"));
  return key.get();
}
EVP_PKEY* rsa512() { return rsa(512); }
EVP_PKEY* rsa1024() { return rsa(1024); }

INSTANTIATE_TEST_SUITE_P(
    Rows, F14_OwnCertificate_Table,
    ::testing::Values(
        Certificate{.name = "RSA 2048"}, Certificate{.name = "EC P-384", .key = ec},
        Certificate{.name = "RSA 1024", .key = rsa1024},
        Certificate{.name = "RSA 512", .key = rsa512, .reason = "RSA 512) is too short for TLS"},
        Certificate{.name = "RSA 1024 in FIPS mode", .key = rsa1024, .fips = true, .reason = "RSA 1024) is too short"},
        Certificate{.name = "RSA 2048 in FIPS mode", .fips = true},
        Certificate{.name = "EC in FIPS mode", .key = ec, .fips = true},
        Certificate{.name = "expired", .from = -7200, .until = -60, .reason = "expired on"},
        Certificate{.name = "not valid yet", .from = 3600, .until = 7200, .reason = "not valid before"},
        Certificate{.name = "valid when clocks agree", .from = 120},
        Certificate{.name = "never valid", .from = 3600, .until = 1800, .reason = "never valid"},
        Certificate{.name = "SHA-1", .digest = &EVP_sha1, .reason = "sha1WithRSAEncryption"},
        Certificate{.name = "MD5", .digest = &EVP_md5, .reason = "md5WithRSAEncryption"},
        Certificate{.name = "SHA-1 in FIPS mode", .digest = &EVP_sha1, .fips = true, .reason = "sha1WithRSAEncryption"},
        Certificate{
            .name = "a CA", .extensions = {{NID_basic_constraints, "critical,CA:TRUE"}}, .reason = "a CA certificate"},
        Certificate{.name = "signs certificates",
                    .extensions = {{NID_key_usage, "critical,keyCertSign,digitalSignature"}},
                    .reason = "a CA certificate"},
        Certificate{.name = "for encipherment alone",
                    .extensions = {{NID_key_usage, "critical,keyEncipherment"}},
                    .reason = "does not allow signatures"},
        Certificate{.name = "for servers alone",
                    .extensions = {{NID_ext_key_usage, "serverAuth"}},
                    .reason = "does not allow a TLS client"},
        Certificate{.name = "as CAPF issues it",
                    .extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                                   {NID_key_usage, "critical,digitalSignature,keyEncipherment"},
                                   {NID_ext_key_usage, "serverAuth,clientAuth,ipsecEndSystem"}}}));

TEST(F14_OwnCertificate, AnIssuerThatTlsWouldNotSendIsNamed) {
  const Certificate weak{.name = "", .key = rsa512};
  EXPECT_THAT(why_not_shown({made({.name = ""}), made(weak)}, {}, absl::Now()),
              HasSubstr("its issuer CN=SEP0A1B2C3D4E5F"));
  EXPECT_EQ(why_not_shown({}, {}, absl::Now()), "there is no certificate");
}

}  // namespace
}  // namespace phone::tls
