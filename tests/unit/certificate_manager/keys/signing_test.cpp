// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/keys/signing.hpp"

#include <map>

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

namespace phone::certificates {
namespace {

using crypto::Digest;
using crypto::PublicKey;

const PublicKey& rsa(int bits) {
  static std::map<int, PublicKey> keys;
  const auto found = keys.find(bits);
  if (found != keys.end()) return found->second;
  return keys.emplace(bits, *PublicKey::adopt(EVP_RSA_gen(static_cast<unsigned>(bits)))).first->second;
}

PublicKey ec(const char* curve) { return *PublicKey::adopt(EVP_EC_gen(curve)); }

struct Row {
  const char* name;
  Purpose purpose;
  Scheme scheme;
  Digest digest;
  size_t input;
  bool rsa_fits;
  bool ec_fits;
};

class F83_WhatIsSigned_Table : public ::testing::TestWithParam<Row> {};

TEST_P(F83_WhatIsSigned_Table, FitsPurposeAndKey) {
  const Row& row = GetParam();
  const std::string input(row.input, 'd');
  EXPECT_EQ(token_operation(row.purpose, row.scheme, row.digest, input, rsa(2048)).ok(), row.rsa_fits);
  EXPECT_EQ(token_operation(row.purpose, row.scheme, row.digest, input, ec("P-256")).ok(), row.ec_fits);
}

INSTANTIATE_TEST_SUITE_P(
    All, F83_WhatIsSigned_Table,
    ::testing::Values(
        Row{"SipPkcs1", Purpose::kSipTls, Scheme::kRsaPkcs1, Digest::kSha256, 32, true, false},
        Row{"SipPss", Purpose::kSipTls, Scheme::kRsaPss, Digest::kSha512, 64, true, false},
        Row{"SipEcdsa", Purpose::kSipTls, Scheme::kEcdsa, Digest::kSha256, 32, false, true},
        Row{"SipBareIsRefused", Purpose::kSipTls, Scheme::kRsaPkcs1Bare, Digest::kSha256, 32, false, false},
        Row{"SipSha1IsRefused", Purpose::kSipTls, Scheme::kRsaPkcs1, Digest::kSha1, 20, false, false},
        Row{"SipMd5IsRefused", Purpose::kSipTls, Scheme::kRsaPkcs1, Digest::kMd5, 16, false, false},
        Row{"ShortInputIsRefused", Purpose::kSipTls, Scheme::kRsaPkcs1, Digest::kSha256, 31, false, false},
        Row{"LongInputIsRefused", Purpose::kSipTls, Scheme::kRsaPkcs1, Digest::kSha256, 64, false, false},
        Row{"CapfBareSha1", Purpose::kCapfProof, Scheme::kRsaPkcs1Bare, Digest::kSha1, 20, true, false},
        Row{"CapfBareSha512", Purpose::kCapfProof, Scheme::kRsaPkcs1Bare, Digest::kSha512, 64, true, false},
        Row{"CapfBareSha256IsRefused", Purpose::kCapfProof, Scheme::kRsaPkcs1Bare, Digest::kSha256, 32, false, false},
        Row{"CapfPkcs1IsRefused", Purpose::kCapfProof, Scheme::kRsaPkcs1, Digest::kSha512, 64, false, false},
        Row{"CapfEcdsaSha1", Purpose::kCapfProof, Scheme::kEcdsa, Digest::kSha1, 20, false, true},
        Row{"CapfEcdsaSha512", Purpose::kCapfProof, Scheme::kEcdsa, Digest::kSha512, 64, false, true},
        Row{"UnwrapKeySignsNothing", Purpose::kFileUnwrap, Scheme::kRsaPkcs1, Digest::kSha256, 32, false, false},
        Row{"ScepPkcs1", Purpose::kScep, Scheme::kRsaPkcs1, Digest::kSha256, 32, true, false},
        Row{"ScepPssIsRefused", Purpose::kScep, Scheme::kRsaPss, Digest::kSha256, 32, false, false}),
    [](const auto& info) { return info.param.name; });

TEST(F83_WhatIsSigned_Table, AnRsaKeyTooShortForTheDigestIsRefusedByName) {
  const std::string input(64, 'd');
  const auto refused = token_operation(Purpose::kSipTls, Scheme::kRsaPkcs1, Digest::kSha512, input, rsa(512));
  EXPECT_EQ(refused.status().message(), "the RSA 512 key is too short for this digest");
  EXPECT_FALSE(token_operation(Purpose::kSipTls, Scheme::kRsaPss, Digest::kSha512, input, rsa(1024)).ok());
}

TEST(F83_WhatIsSigned_Table, EcdsaInputIsCutToTheOrder) {
  const std::string input(64, 'd');
  EXPECT_EQ(token_operation(Purpose::kSipTls, Scheme::kEcdsa, Digest::kSha512, input, ec("P-256"))->input.size(), 32U);
  EXPECT_EQ(token_operation(Purpose::kSipTls, Scheme::kEcdsa, Digest::kSha512, input, ec("P-384"))->input.size(), 48U);
  EXPECT_EQ(token_operation(Purpose::kSipTls, Scheme::kEcdsa, Digest::kSha512, input, ec("P-521"))->input.size(), 64U);
}

TEST(EcdsaDer_Table, TakesTwoEqualHalvesAndNothingElse) {
  const std::string half("\x80\x01", 2);
  EXPECT_EQ(crypto::hex(*ecdsa_der(half + half)),
            "300a020300800102030080"
            "01");
  EXPECT_FALSE(ecdsa_der("").ok());
  EXPECT_FALSE(ecdsa_der("abc").ok());
  EXPECT_FALSE(ecdsa_der(std::string(64, '\0')).ok());
  EXPECT_FALSE(ecdsa_der(std::string(134, 'x')).ok());
}

}  // namespace
}  // namespace phone::certificates
