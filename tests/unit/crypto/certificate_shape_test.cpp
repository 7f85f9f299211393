// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What a certificate may cost before anything is believed of it: worst-case shapes at the size limit, each refused by
// name without OpenSSL seeing it, or read within a bound of processor time.
#include "common/crypto/certificate_shape.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <ctime>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "common/crypto/path.hpp"
#include "common/text/foreign_text.hpp"
#include "tests/unit/crypto/issue.hpp"
#include "tools/rig/relaxed.hpp"

namespace phone::crypto {
namespace {

using testing::HasSubstr;

// Five times the goal of 20 ms for one message; sanitizers cost as much again.
constexpr double kMostSeconds = rig::kRelaxed ? 1.0 : 0.1;

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::string der_of(X509* one) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(one, &der);
  const OpensslBytes held(der);
  return {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)};
}

Wanted wanted(std::vector<std::pair<int, std::string>> extensions = {}) {
  return {.name = "shape",
          .extensions = std::move(extensions),
          .from = absl::FromCivil(absl::CivilYear(2020), absl::UTCTimeZone()),
          .until = absl::FromCivil(absl::CivilYear(2040), absl::UTCTimeZone())};
}

// A public key of our making in a certificate whose signature is nobody's: reading is all that is asked for.
std::string with_key(EVP_PKEY* key) {
  const Issued one = issue(wanted(), nullptr);
  X509_set_pubkey(one.x509.get(), key);
  X509_sign(one.x509.get(), one.key.get(), EVP_sha256());
  return der_of(one.x509.get());
}

EvpPkeyPtr rsa(int modulus_bits, int exponent_bits) {
  const BignumPtr modulus(BN_new());
  const BignumPtr exponent(BN_new());
  BN_rand(modulus.get(), modulus_bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
  BN_rand(exponent.get(), exponent_bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
  OSSL_PARAM_BLD* builder = OSSL_PARAM_BLD_new();
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent.get());
  OSSL_PARAM* parts = OSSL_PARAM_BLD_to_param(builder);
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  EVP_PKEY_fromdata_init(context.get());
  EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parts);
  OSSL_PARAM_free(parts);
  OSSL_PARAM_BLD_free(builder);
  return EvpPkeyPtr(key);
}

std::string repeated(const char* kind, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) absl::StrAppend(&text, text.empty() ? "" : ",", kind, i);
  return text;
}

TEST(CertificateShape, RefusesWhatOnlyCostsTimeByName) {
  EXPECT_THAT(Certificate::parse(with_key(rsa(16384, 17).get())).status().message(),
              HasSubstr("an RSA modulus of 16384 bits, at most 8192"));
  EXPECT_THAT(Certificate::parse(with_key(rsa(3072, 3072).get())).status().message(),
              HasSubstr("an RSA exponent of 3072 bits, at most 256"));
  EXPECT_TRUE(Certificate::parse(with_key(rsa(8192, 17).get())).ok());
  EXPECT_TRUE(Certificate::parse(with_key(rsa(2048, 256).get())).ok());

  EvpPkeyPtr explicit_curve(EVP_EC_gen("P-256"));
  EVP_PKEY_set_utf8_string_param(explicit_curve.get(), OSSL_PKEY_PARAM_EC_ENCODING, OSSL_PKEY_EC_ENCODING_EXPLICIT);
  EXPECT_THAT(Certificate::parse(with_key(explicit_curve.get())).status().message(),
              HasSubstr("explicit curve parameters"));

  const auto many_names = issue(wanted({{NID_subject_alt_name, repeated("DNS:a", 1025)}}), nullptr);
  EXPECT_THAT(Certificate::parse(der_of(many_names.x509.get())).status().message(),
              HasSubstr("more than 1024 alternative names"));
  const auto many_constraints = issue(wanted({{NID_name_constraints, repeated("permitted;DNS:a", 129)}}), nullptr);
  EXPECT_THAT(Certificate::parse(der_of(many_constraints.x509.get())).status().message(),
              HasSubstr("more than 128 name constraints"));
  std::vector<std::pair<int, std::string>> extensions(63, {NID_netscape_comment, "x"});
  EXPECT_TRUE(Certificate::parse(der_of(issue(wanted(extensions), nullptr).x509.get())).ok()) << "64 with its own";
  extensions.emplace_back(NID_netscape_comment, "x");
  EXPECT_THAT(Certificate::parse(der_of(issue(wanted(extensions), nullptr).x509.get())).status().message(),
              HasSubstr("more than 64 extensions"));

  const Issued long_name = issue(wanted(), nullptr);
  const std::string part(8000, 'n');
  for (int i = 0; i < 2; ++i) {
    X509_NAME_add_entry_by_txt(X509_get_subject_name(long_name.x509.get()), "description", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(part.c_str()), 1000, -1, 0);
  }
  X509_sign(long_name.x509.get(), long_name.key.get(), EVP_sha256());
  EXPECT_TRUE(Certificate::parse(der_of(long_name.x509.get())).ok());
  for (int i = 0; i < 7; ++i) {
    X509_NAME_add_entry_by_txt(X509_get_subject_name(long_name.x509.get()), "description", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(part.c_str()), 1000, -1, 0);
  }
  X509_sign(long_name.x509.get(), long_name.key.get(), EVP_sha256());
  EXPECT_THAT(Certificate::parse(der_of(long_name.x509.get())).status().message(),
              HasSubstr("a subject of over 8 KiB"));
}

TEST(CertificateShape, IsTotal) {
  const std::string der = issue(wanted({{NID_subject_alt_name, "DNS:a"}}), nullptr).certificate().der();
  for (std::size_t length = 0; length < der.size(); ++length) {
    EXPECT_FALSE(Certificate::parse(der.substr(0, length)).ok()) << length;
  }
  for (std::size_t at = 0; at < der.size(); ++at) {
    for (const char byte : {'\x00', '\x80', '\xFF', '\x84'}) {
      std::string changed = der;
      changed[at] = byte;
      (void)check_certificate_shape(changed);
      (void)Certificate::parse(changed);
    }
  }
  EXPECT_THAT(check_certificate_shape("").message(), HasSubstr("not valid DER"));
  EXPECT_THAT(check_certificate_shape("\x30\x84\xFF\xFF\xFF\xFF").message(), HasSubstr("not valid DER"));
}

// The dearest certificates that pass, one after the other in the longest path there may be, against each other's
// constraints.
TEST(CertificateShape, TheDearestPathIsCheap) {
  std::string constraints = "critical";
  for (std::size_t i = 0; i < kMostNameConstraints; ++i) absl::StrAppend(&constraints, ",permitted;DNS:c", i, ".lab");
  const std::vector<std::pair<int, std::string>> ca = {{NID_basic_constraints, "critical,CA:TRUE"},
                                                       {NID_key_usage, "critical,keyCertSign"},
                                                       {NID_name_constraints, constraints}};
  std::vector<Issued> path = {issue(wanted(ca), nullptr)};
  for (int i = 0; i < kDeepestPath; ++i) {
    Wanted next = wanted(ca);
    next.name = absl::StrCat("CA ", i);
    path.push_back(issue(next, &path.back()));
  }
  std::string names;
  for (std::size_t i = 0; i < kMostAlternativeNames; ++i) {
    absl::StrAppend(&names, i == 0 ? "" : ",", "DNS:n", i, ".c", kMostNameConstraints - 1, ".lab");
  }
  const Issued leaf = issue(wanted({{NID_subject_alt_name, names}}), &path.back());
  std::vector<std::string> chain = {leaf.certificate().der()};
  for (std::size_t i = path.size() - 1; i > 0; --i) chain.push_back(path[i].certificate().der());
  for (const std::string& der : chain) EXPECT_LE(der.size(), Certificate::kMaximumSize);
  const auto anchors = TrustAnchors::of({path.front().certificate()}).value();
  const PathRules rules{.at = absl::FromCivil(absl::CivilYear(2026), absl::UTCTimeZone()),
                        .name = absl::StrCat("n5.c", kMostNameConstraints - 1, ".lab")};
  const double start = processor_seconds();
  const PathVerdict verdict = validate_path(chain, anchors, rules);
  const double took = processor_seconds() - start;
  RecordProperty("milliseconds", static_cast<int>(took * 1000));
  EXPECT_FALSE(verdict.reason.empty());
  EXPECT_LT(took, 5 * kMostSeconds) << verdict.reason << ": judged on a thread of its own, and bounded there";
}

TEST(CertificateShape, TheDearestKeyThatIsTakenIsCheapToUse) {
  const std::string bytes(64, 'x');
  for (const auto& [modulus, exponent] : {std::pair{8192, 64}, {3072, 256}}) {
    const auto certificate = Certificate::parse(with_key(rsa(modulus, exponent).get()));
    ASSERT_TRUE(certificate.ok()) << certificate.status();
    const std::string signature(static_cast<std::size_t>(modulus) / 8, '\1');
    const double start = processor_seconds();
    EXPECT_FALSE(certificate->public_key().verify_pkcs1(Digest::kSha256, bytes, signature));
    EXPECT_LT(processor_seconds() - start, kMostSeconds) << modulus;
  }
}

// A subject of any bytes is one clean line, whatever its string type says.
TEST(CertificateText, NamesAreCleanWhateverTheyAreMadeOf) {
  struct Name {
    int type;
    std::string bytes;
  };
  for (const auto& [type, bytes] :
       {Name{MBSTRING_ASC, "J\xF6rg"}, Name{V_ASN1_T61STRING, "caf\xE9\n\x01"},
        Name{V_ASN1_UTF8STRING, "bad \xFF\xFE utf8"}, Name{V_ASN1_UTF8STRING, std::string("nul\0inside", 10)},
        Name{V_ASN1_UTF8STRING,
             "turn \xE2\x80\xAE"
             "around"},
        Name{V_ASN1_BMPSTRING, std::string("\x00"
                                           "a\xD8\x00",
                                           4)},
        Name{V_ASN1_BMPSTRING, std::string("\x04\x16\x00\n", 4)}, Name{V_ASN1_BMPSTRING, "odd"},
        Name{V_ASN1_IA5STRING, std::string("tab\tnew\nline\x7F\x85", 14)}, Name{V_ASN1_UTF8STRING, [] {
                                                                                  std::string text(199, 'a');
                                                                                  for (int i = 0; i < 300; ++i)
                                                                                    text += "\xC3\xA4";
                                                                                  return text;
                                                                                }()}}) {
    const Issued one = issue(wanted(), nullptr);
    ASN1_STRING* value = ASN1_STRING_type_new(type == MBSTRING_ASC ? V_ASN1_T61STRING : type);
    ASN1_STRING_set(value, bytes.data(), static_cast<int>(bytes.size()));
    X509_NAME_ENTRY* entry = X509_NAME_ENTRY_create_by_NID(nullptr, NID_commonName, V_ASN1_UTF8STRING, nullptr, 0);
    X509_NAME_ENTRY_set_data(entry, value->type, value->data, value->length);
    X509_NAME_add_entry(X509_get_subject_name(one.x509.get()), entry, -1, 0);
    X509_NAME_ENTRY_free(entry);
    ASN1_STRING_free(value);
    X509_sign(one.x509.get(), one.key.get(), EVP_sha256());
    const auto certificate = Certificate::parse(der_of(one.x509.get()));
    if (!certificate.ok()) continue;  // OpenSSL itself refuses it
    for (const std::string& text :
         {certificate->subject(), certificate->issuer(), certificate->common_name(), title(certificate->get())}) {
      EXPECT_TRUE(text::is_clean(text)) << testing::PrintToString(text);
    }
  }
}

}  // namespace
}  // namespace phone::crypto
