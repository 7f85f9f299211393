// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Every case of NIST PKITS and of OpenSSL's verify table. A difference that is not listed fails, and so does a listed
// one that no longer exists.
#include <gtest/gtest.h>

#include <set>

#include "tests/conformance/x509/differences.hpp"
#include "tests/conformance/x509/suites.hpp"

namespace phone::crypto::suites {
namespace {

void hold(std::size_t count, const std::vector<Case>& cases, const std::map<std::string, std::string>& differences) {
  EXPECT_EQ(cases.size(), count) << "the suite is not the one that was looked at";
  std::set<std::string> seen;
  std::set<std::string> differing;
  for (const Case& one : cases) {
    EXPECT_TRUE(seen.insert(one.name).second) << "two cases of the name " << one.name;
    const PathVerdict verdict = judge(one);
    EXPECT_FALSE(verdict.reason.empty()) << one.name;
    EXPECT_EQ(verdict.reason.find('\n'), std::string::npos) << one.name;
    if (verdict.trusted == one.accepted) continue;
    differing.insert(one.name);
    EXPECT_TRUE(differences.contains(one.name))
        << one.name << "\n  expected to be " << (one.accepted ? "accepted" : "refused") << "\n  " << verdict.reason;
  }
  for (const auto& [name, reason] : differences) {
    EXPECT_TRUE(differing.contains(name)) << "listed and no difference any more: " << name;
    EXPECT_FALSE(reason.empty());
  }
}

TEST(F32_F88_PathValidation_Peer, NistPkits) {
  if (!present()) GTEST_SKIP() << "no certificates at " PHONE_SHARED_DIR "/testdata/x509";
  hold(76, pkits(), pkits_differences());
}

TEST(F32_F88_PathValidation_Peer, OpensslVerifyTable) {
  if (!present()) GTEST_SKIP() << "no certificates at " PHONE_SHARED_DIR "/testdata/x509";
  hold(132, openssl_table(), openssl_differences());
}

}  // namespace
}  // namespace phone::crypto::suites
