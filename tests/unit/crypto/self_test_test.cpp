// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The known-answer tests of FIPS mode: they pass with this OpenSSL, and one that fails is named.
#include "common/crypto/self_test.hpp"

#include <gtest/gtest.h>

namespace phone::crypto {
namespace {

TEST(F3_SelfTests, PassWithTheLibraryThatIsInstalled) {
  EXPECT_TRUE(run_self_tests().ok()) << run_self_tests();
  EXPECT_TRUE(self_tests().ok());
}

class F3_SelfTests_Table : public testing::TestWithParam<const char*> {};
TEST_P(F3_SelfTests_Table, AnswerThatIsNotTheKnownOneIsNamed) {
  int asked = 0;
  const auto status = run_self_tests([&asked](std::string_view algorithm, std::string& answer) {
    if (algorithm != GetParam()) return;
    ++asked;
    answer.back() = static_cast<char>(answer.back() ^ 1);
  });
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(status.message(), "the self-test of " + std::string(GetParam()) + " failed");
}
INSTANTIATE_TEST_SUITE_P(Algorithms, F3_SelfTests_Table,
                         testing::Values("SHA256", "SHA384", "SHA512", "HMAC-SHA256", "AES-128-GCM", "AES-256-GCM",
                                         "HKDF", "TLS1-PRF", "ECDH", "ECDSA", "RSA"));

}  // namespace
}  // namespace phone::crypto
