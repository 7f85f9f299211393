// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sdp/sdes.hpp"

#include <gtest/gtest.h>

#include <string>

namespace phone::signaling {
namespace {

struct CryptoRow {
  const char* name;
  std::string value;
  bool accepted;
};
class Sdes_Table : public testing::TestWithParam<CryptoRow> {};
TEST_P(Sdes_Table, IsTakenOrRefused) {
  EXPECT_EQ(parse_crypto(GetParam().value).ok(), GetParam().accepted) << GetParam().value;
}

const std::string k40(40, 'A'), k59(59, 'A'), k38 = std::string(38, 'A');
INSTANTIATE_TEST_SUITE_P(
    Rfc4568, Sdes_Table,
    testing::Values(CryptoRow{"plain", "1 AES_CM_128_HMAC_SHA1_80 inline:" + k40, true},
                    CryptoRow{"lifetime", "1 AES_CM_128_HMAC_SHA1_80 inline:" + k40 + "|2^20", true},
                    CryptoRow{"mki", "1 AES_CM_128_HMAC_SHA1_80 inline:" + k40 + "|2^20|1:4", true},
                    CryptoRow{"mki_alone", "1 AES_CM_128_HMAC_SHA1_80 inline:" + k40 + "|1066:4", true},
                    CryptoRow{"mki_longest", "1 AES_CM_128_HMAC_SHA1_80 inline:" + k40 + "|1:128", true},
                    CryptoRow{"mki_too_long", "1 AES_CM_128_HMAC_SHA1_80 inline:" + k40 + "|1:129", false},
                    CryptoRow{"mki_no_length", "1 AES_CM_128_HMAC_SHA1_80 inline:" + k40 + "|1:0", false},
                    CryptoRow{"mki_does_not_fit", "1 AES_CM_128_HMAC_SHA1_80 inline:" + k40 + "|256:1", false},
                    CryptoRow{"bar_without_mki", "1 AES_CM_128_HMAC_SHA1_80 inline:" + k40 + "|2^20|", false},
                    CryptoRow{"two_mkis", "1 AES_CM_128_HMAC_SHA1_80 inline:" + k40 + "|2^20|1:4|2:4", false},
                    CryptoRow{"mki_then_lifetime", "1 AES_CM_128_HMAC_SHA1_80 inline:" + k40 + "|1:4|2^20", false},
                    CryptoRow{"gcm_padded", "1 AEAD_AES_256_GCM inline:" + k59 + "=", true},
                    CryptoRow{"gcm_unpadded", "1 AEAD_AES_256_GCM inline:" + k59, true},
                    CryptoRow{"gcm128", "2 AEAD_AES_128_GCM inline:" + k38 + "==", true},
                    CryptoRow{"short_key", "1 AEAD_AES_256_GCM inline:" + k40, false},
                    CryptoRow{"window", "1 AES_CM_128_HMAC_SHA1_32 inline:" + k40 + " WSH=128", true},
                    CryptoRow{"weakening", "1 AES_CM_128_HMAC_SHA1_80 inline:" + k40 + " UNENCRYPTED_SRTP", false},
                    CryptoRow{"unknown_parameter", "1 AES_CM_128_HMAC_SHA1_80 inline:" + k40 + " FOO", false},
                    CryptoRow{"unknown_suite", "1 F8_128_HMAC_SHA1_80 inline:" + k40, false},
                    CryptoRow{"no_tag", "x AES_CM_128_HMAC_SHA1_80 inline:" + k40, false},
                    CryptoRow{"two_keys", "1 AES_CM_128_HMAC_SHA1_80 inline:" + k40 + ";inline:" + k40, false}),
    [](const auto& info) { return info.param.name; });

TEST(Sdes, AnMkiIsTheOctetsThatPacketsBear) {
  const auto line = parse_crypto("1 AES_CM_128_HMAC_SHA1_80 inline:" + k40 + "|1066:4");
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->mki, std::string("\0\0\4\x2a", 4));
  EXPECT_EQ(parse_crypto("1 AES_CM_128_HMAC_SHA1_80 inline:" + k40 + "|2^20|255:1")->mki, "\xff");
  EXPECT_EQ(parse_crypto("1 AES_CM_128_HMAC_SHA1_80 inline:" + k40 + "|2^20")->mki, "");
}

}  // namespace
}  // namespace phone::signaling
