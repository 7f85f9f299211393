// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F70: the roots of a profile with PEAP, looked at before anything is sent.
#include <gtest/gtest.h>

#include "services/network_access/wlan/wlan_profile.hpp"
#include "tests/unit/crypto/issue.hpp"

namespace phone::network {
namespace {

const absl::Time kIn2027 = absl::FromCivil(absl::CivilDay(2027, 1, 1), absl::UTCTimeZone());

std::string authority_until(int last_year, const char* constraints = "critical,CA:TRUE") {
  return crypto::issue({.name = "Root",
                        .extensions = {{NID_basic_constraints, constraints}},
                        .from = absl::FromCivil(absl::CivilDay(2020, 1, 1), absl::UTCTimeZone()),
                        .until = absl::FromCivil(absl::CivilDay(last_year, 1, 1), absl::UTCTimeZone())},
                       nullptr)
      .certificate()
      .der();
}

TEST(F70_Roots, OneThatHasExpiredIsNoticed) {
  const std::string expired = authority_until(2026), good = authority_until(2030);
  EXPECT_EQ(trouble_of_roots({expired}, kIn2027), WlanTrouble::kRootExpired);
  EXPECT_EQ(trouble_of_roots({good}, kIn2027), std::nullopt);
  EXPECT_EQ(trouble_of_roots({expired, good}, kIn2027), std::nullopt) << "one that is good is enough";
  EXPECT_EQ(trouble_of_roots({expired, "no certificate"}, kIn2027), WlanTrouble::kRootExpired);
}

TEST(F70_Roots, OneThatIsNoAuthorityIsNone) {
  EXPECT_EQ(trouble_of_roots({authority_until(2030, "critical,CA:FALSE")}, kIn2027), WlanTrouble::kRootInvalid);
}

}  // namespace
}  // namespace phone::network
