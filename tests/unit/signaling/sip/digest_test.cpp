// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What a challenge says (RFC 3261 section 22, RFC 8760) and what is answered, against the examples of RFC 2617 section
// 3.5 and RFC 7616 section 3.9.1.
#include "services/signaling/sip/digest.hpp"

#include <gtest/gtest.h>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

TEST(DigestChallenge, IsReadInAnyOrderAndSpelling) {
  const auto challenge = parse_challenge(
      "dIGEST  STALE=True , opaque=\"o,p\",Nonce=\"a;b=c\", qop=\"auth-int, AUTH\", algorithm=sha-256, REALM=\"r, s\"",
      false);
  ASSERT_TRUE(challenge.ok()) << challenge.status();
  EXPECT_EQ(challenge->realm, "r, s");
  EXPECT_EQ(challenge->nonce, "a;b=c");
  EXPECT_EQ(challenge->opaque, "o,p");
  EXPECT_EQ(challenge->algorithm, "sha-256");
  EXPECT_EQ(challenge->qop, Qop::kAuth);
  EXPECT_TRUE(challenge->stale);
}

TEST(DigestChallenge, WithoutAnAlgorithmIsMd5) {
  const auto challenge = parse_challenge("Digest nonce=\"n\"", false);
  ASSERT_TRUE(challenge.ok()) << challenge.status();
  EXPECT_EQ(challenge->algorithm, "MD5");
  EXPECT_EQ(challenge->qop, Qop::kNone);
  EXPECT_FALSE(challenge->stale);
}

struct RefusedChallenge {
  const char* name;
  std::string value;
  bool fips;
  absl::StatusCode code;
  const char* reason;
};

class RefusedDigestChallenge : public testing::TestWithParam<RefusedChallenge> {};

TEST_P(RefusedDigestChallenge, IsNamed) {
  const auto challenge = parse_challenge(GetParam().value, GetParam().fips);
  EXPECT_EQ(challenge.status().code(), GetParam().code);
  EXPECT_EQ(challenge.status().message(), GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RefusedDigestChallenge,
    testing::Values(
        RefusedChallenge{"AnotherScheme", "Bearer realm=\"ccmsipline\"", false, absl::StatusCode::kInvalidArgument,
                         "the call manager asks for another authentication scheme than Digest"},
        RefusedChallenge{"Nothing", "", false, absl::StatusCode::kInvalidArgument,
                         "the call manager asks for another authentication scheme than Digest"},
        RefusedChallenge{"NoNonce", "Digest realm=\"r\"", false, absl::StatusCode::kInvalidArgument,
                         "the challenge has no nonce"},
        RefusedChallenge{"QuotationMarkInside", "Digest nonce=\"n\", realm=\"a\\\"b\"", false,
                         absl::StatusCode::kInvalidArgument,
                         "the challenge has a quotation mark inside a quoted string"},
        RefusedChallenge{"LongNonce", cat("Digest nonce=\"", std::string(1025, 'n'), "\""), false,
                         absl::StatusCode::kInvalidArgument, "the challenge has a parameter longer than 1 KiB"},
        RefusedChallenge{"LongOpaque", cat("Digest nonce=\"n\", opaque=\"", std::string(1025, 'o'), "\""), false,
                         absl::StatusCode::kInvalidArgument, "the challenge has a parameter longer than 1 KiB"},
        RefusedChallenge{"AnotherAlgorithm", "Digest nonce=\"n\", algorithm=SHA-512-256", false,
                         absl::StatusCode::kUnimplemented, "unsupported digest algorithm SHA-512-256"},
        RefusedChallenge{"Md5InFipsMode", "Digest nonce=\"n\", algorithm=MD5", true,
                         absl::StatusCode::kFailedPrecondition,
                         "the call manager asks for an MD5 digest, which FIPS mode does not allow"},
        RefusedChallenge{"NoAlgorithmInFipsMode", "Digest nonce=\"n\"", true, absl::StatusCode::kFailedPrecondition,
                         "the call manager asks for an MD5 digest, which FIPS mode does not allow"}),
    [](const auto& row) { return row.param.name; });

TEST(DigestChallenge, PartsAtTheirLimitAreTakenAndFipsModeTakesSha256) {
  const std::string nonce(1024, 'n');
  const auto challenge = parse_challenge(cat("Digest algorithm=SHA-256, nonce=\"", nonce, "\""), true);
  ASSERT_TRUE(challenge.ok()) << challenge.status();
  EXPECT_EQ(challenge->nonce, nonce);
}

TEST(DigestAnswer, IsThatOfRfc2617) {
  const auto challenge = parse_challenge(
      "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
      "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
      false);
  ASSERT_TRUE(challenge.ok()) << challenge.status();
  const std::string said = authorization(*challenge, {"Mufasa", crypto::Secret::copy_of("Circle Of Life")}, "GET",
                                         "/dir/index.html", 1, "0a4f113b");
  EXPECT_NE(said.find("response=\"6629fae49393a05397450978507c4ef1\""), std::string::npos) << said;
  EXPECT_NE(said.find("nc=00000001"), std::string::npos) << said;
}

TEST(DigestAnswer, IsThatOfRfc7616) {
  const auto challenge = parse_challenge(
      "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=SHA-256, "
      "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
      true);
  ASSERT_TRUE(challenge.ok()) << challenge.status();
  const std::string said = authorization(*challenge, {"Mufasa", crypto::Secret::copy_of("Circle of Life")}, "GET",
                                         "/dir/index.html", 1, "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
  EXPECT_NE(said.find("response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\""),
            std::string::npos)
      << said;
}

}  // namespace
}  // namespace phone::signaling
