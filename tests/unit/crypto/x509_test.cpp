// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/crypto/x509.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace phone::crypto {
namespace {

std::string read_pem(const std::string& name) {
  std::ifstream file(std::string(PHONE_SHARED_DIR "/testdata/cisco/pki/") + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

#define READ_OR_SKIP(variable, name)                                            \
  const std::string variable##_pem = read_pem(name);                            \
  if (variable##_pem.empty()) GTEST_SKIP() << "no testdata/cisco/pki/" << name; \
  const auto variable = certificate_from_pem(variable##_pem);                   \
  ASSERT_TRUE(variable.ok()) << variable.status()

TEST(X509_Table, NamesStandInTheCertificatesOrder) {
  READ_OR_SKIP(certificate, "tftp.pem");
  EXPECT_EQ(certificate->subject(), "CN=tftp.lab,O=Lab Org,OU=Lab Unit,L=Lab,ST=Lab,C=NZ");
  EXPECT_EQ(hex(certificate->serial()), "af9bb6e81b5a30356c7cf99013be40a1");
  EXPECT_EQ(certificate->common_name(), "tftp.lab");
  EXPECT_EQ(absl::FormatTime(absl::RFC3339_sec, certificate->not_after(), absl::UTCTimeZone()),
            "2031-11-23T00:00:00+00:00");
}

TEST(X509_Table, TheDerGivesTheSameCertificateBack) {
  READ_OR_SKIP(certificate, "tftp.pem");
  const auto again = Certificate::parse(certificate->der());
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(*again == *certificate);
  EXPECT_TRUE(again->public_key() == certificate->public_key());
  EXPECT_EQ(certificate_from_pem(to_pem(*again))->der(), certificate->der());
}

TEST(X509_Table, HostileBytesAreRefused) {
  READ_OR_SKIP(certificate, "tftp.pem");
  const std::string der = certificate->der();
  EXPECT_FALSE(Certificate::parse("").ok());
  EXPECT_FALSE(Certificate::parse(der + "x").ok());
  EXPECT_FALSE(Certificate::parse(std::string(Certificate::kMaximumSize + 1, '0')).ok());
  for (size_t size = 0; size < der.size(); ++size) {
    ASSERT_FALSE(Certificate::parse(der.substr(0, size)).ok()) << size;
  }
}

struct KeyRow {
  const char* file;
  const char* key;
};

class F6_KeySizes_Table : public ::testing::TestWithParam<KeyRow> {};

TEST_P(F6_KeySizes_Table, EverySizeIsReadAndNamed) {
  READ_OR_SKIP(certificate, GetParam().file);
  const PublicKey& key = certificate->public_key();
  EXPECT_EQ(key.describe(), GetParam().key);
  const auto again = PublicKey::from_spki(key.spki());
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(*again == key);
  // RSAPublicKey is a SEQUENCE, a point starts with the mark of its uncompressed form.
  EXPECT_EQ(key.list_form().front(), key.is_rsa() ? '\x30' : '\x04');
}

INSTANTIATE_TEST_SUITE_P(All, F6_KeySizes_Table,
                         ::testing::Values(KeyRow{"sast512.pem", "RSA 512"}, KeyRow{"sast1024.pem", "RSA 1024"},
                                           KeyRow{"tftp.pem", "RSA 2048"}, KeyRow{"sast3072.pem", "RSA 3072"},
                                           KeyRow{"tftp4096.pem", "RSA 4096"}, KeyRow{"ccm-ec256.pem", "EC P-256"},
                                           KeyRow{"ccm-ec384.pem", "EC P-384"}, KeyRow{"ccm-ec521.pem", "EC P-521"}));

}  // namespace
}  // namespace phone::crypto
