// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F2: a server that the configuration has a certificate for is that certificate, or one that it certified for the
// configured name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/trust_store/lists/judgement.hpp"
#include "tests/unit/crypto/issue.hpp"

namespace phone::trust {
namespace {

using ::testing::HasSubstr;

struct F2_NamedPath : ::testing::Test {
  crypto::Wanted wanted(const char* name, std::vector<std::pair<int, std::string>> extensions) const {
    crypto::Wanted wanted;
    wanted.name = name;
    wanted.extensions = std::move(extensions);
    wanted.from = present.time - absl::Hours(1);
    wanted.until = present.time + absl::Hours(1);
    return wanted;
  }
  crypto::Issued authority(const char* name) const {
    return crypto::issue(wanted(name, {{NID_basic_constraints, "critical,CA:TRUE"}, {NID_key_usage, "keyCertSign"}}),
                         nullptr);
  }
  crypto::Issued server(const char* name, const char* san, const crypto::Issued& by) const {
    return crypto::issue(wanted(name, {{NID_subject_alt_name, san}, {NID_ext_key_usage, "serverAuth"}}), &by);
  }
  Verdict judged(const crypto::Issued& leaf, const crypto::Issued& anchor, const std::string& host) const {
    return judge_named_path({leaf.certificate().der()}, anchor.certificate().der(), host, present, {});
  }

  const clock::Present present{.time = absl::Now()};
  const crypto::Issued own = authority("own"), other = authority("other");
  const crypto::Issued collector = server("collector", "DNS:log.lab", own);
};

TEST_F(F2_NamedPath, TheAuthoritysServerOfThatNameIsTrusted) {
  const Verdict verdict = judged(collector, own, "log.lab");
  EXPECT_TRUE(verdict.trusted) << verdict.reason;
  EXPECT_EQ(verdict.by, "path");
}

TEST_F(F2_NamedPath, AnotherNameOrAuthorityIsNotAndSaysWhy) {
  EXPECT_FALSE(judged(collector, own, "web.lab").trusted);
  EXPECT_THAT(judged(collector, own, "web.lab").reason, HasSubstr("web.lab"));
  const Verdict stranger = judged(server("stranger", "DNS:log.lab", other), own, "log.lab");
  EXPECT_FALSE(stranger.trusted);
  EXPECT_THAT(stranger.reason, HasSubstr("stranger"));
}

TEST_F(F2_NamedPath, TheCertificateItselfNeedsNoName) {
  const Verdict verdict = judged(collector, collector, "10.0.0.1");
  EXPECT_TRUE(verdict.trusted) << verdict.reason;
  EXPECT_EQ(verdict.by, "configuration");
  EXPECT_FALSE(judged(server("renewed", "DNS:log.lab", own), collector, "log.lab").trusted) << "it certifies no other";
}

TEST_F(F2_NamedPath, AKeyThatIsTooShortIsRefusedInFipsMode) {
  crypto::Wanted small = wanted("small", {{NID_subject_alt_name, "DNS:log.lab"}});
  small.rsa_bits = 1024;
  const crypto::Issued leaf = crypto::issue(small, nullptr);
  const std::string der = leaf.certificate().der();
  EXPECT_TRUE(judge_named_path({der}, der, "log.lab", present, {}).trusted);
  EXPECT_FALSE(judge_named_path({der}, der, "log.lab", present, {.fips = true}).trusted);
}

}  // namespace
}  // namespace phone::trust
