// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/digest_guard.hpp"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace phone::lab {
namespace {

class LabDigest : public testing::Test {
 protected:
  static SipMessage request(const std::string& nonce = "", const std::string& password = "secret") {
    SipMessage made{.method = "REGISTER", .uri = "sip:cucm", .status = 0, .reason = {}, .headers = {}, .body = {}};
    made.add("From", "<sip:1001@cucm>;tag=1");
    if (!nonce.empty()) {
      made.add("Authorization", absl::StrCat("Digest username=\"1001\", realm=\"ccmsipline\", nonce=\"", nonce,
                                             "\", uri=\"sip:cucm\", response=\"",
                                             digest_response("1001", "ccmsipline", password, "REGISTER", "sip:cucm",
                                                             nonce, "00000001", "c"),
                                             "\", algorithm=SHA-256, qop=auth, nc=00000001, cnonce=\"c\""));
    }
    return made;
  }
  static std::string nonce_of(const std::optional<SipMessage>& challenge) {
    const std::string value = challenge ? challenge->header("WWW-Authenticate") : "";
    const size_t at = value.find("nonce=\"");
    return at == std::string::npos ? "" : value.substr(at + 7, value.find('"', at + 7) - at - 7);
  }
  DigestGuard::Clock::time_point now{std::chrono::seconds(100)};
};

// RFC 7616 section 3.9.1, with SHA-256.
TEST_F(LabDigest, TheResponseIsThatOfTheSpecification) {
  EXPECT_EQ(digest_response("Mufasa", "http-auth@example.org", "Circle of Life", "GET", "/dir/index.html",
                            "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "00000001",
                            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"),
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

TEST_F(LabDigest, NoncesLiveAsConfigured) {
  for (const Nonces kind : {Nonces::kLasting, Nonces::kOneTime, Nonces::kRenewed}) {
    DigestGuard guard(kind, "secret");
    const auto first = guard.challenge(1, request(), now);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->header("WWW-Authenticate").find("stale"), std::string::npos);
    const std::string nonce = nonce_of(first);
    EXPECT_FALSE(guard.challenge(1, request(nonce), now));
    EXPECT_EQ(guard.challenge(1, request(nonce), now).has_value(), kind == Nonces::kOneTime);
    EXPECT_EQ(guard.challenge(1, request(nonce), now + std::chrono::seconds(6)).has_value(), kind != Nonces::kLasting);
  }
}

TEST_F(LabDigest, AWrongPasswordAndAnotherConnectionDoNotPass) {
  DigestGuard guard(Nonces::kLasting, "secret");
  const std::string nonce = nonce_of(guard.challenge(1, request(), now));
  EXPECT_TRUE(guard.challenge(1, request(nonce, "wrong"), now));
  EXPECT_EQ(guard.misplaced(), 0u);
  EXPECT_TRUE(guard.challenge(2, request(nonce), now));
  EXPECT_EQ(guard.misplaced(), 1u);
}

TEST_F(LabDigest, EndlessIsAlwaysStale) {
  DigestGuard guard(Nonces::kEndless, "secret");
  std::string nonce;
  for (int i = 0; i < 5; ++i) {
    const auto challenge = guard.challenge(1, request(nonce), now);
    ASSERT_TRUE(challenge);
    EXPECT_NE(challenge->header("WWW-Authenticate").find("stale=true"), std::string::npos);
    nonce = nonce_of(challenge);
  }
}

}  // namespace
}  // namespace phone::lab
