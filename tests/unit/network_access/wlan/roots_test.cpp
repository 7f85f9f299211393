// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F70: the roots of a profile with PEAP, looked at before anything is sent.
#include <gtest/gtest.h>

#include "services/network_access/wlan/wlan_profile.hpp"
#include "tests/unit/crypto/issue.hpp"

namespace phone::network {
namespace {

const absl::Time kLater = absl::FromCivil(absl::CivilDay(2027, 1, 1), absl::UTCTimeZone());

std::string root(int last_year, const char* constraints = "critical,CA:TRUE") {
  return crypto::issue({.name = "Root",
                        .extensions = {{NID_basic_constraints, constraints}},
                        .from = absl::FromCivil(absl::CivilDay(2020, 1, 1), absl::UTCTimeZone()),
                        .until = absl::FromCivil(absl::CivilDay(last_year, 1, 1), absl::UTCTimeZone())},
                       nullptr)
      .certificate()
      .der();
}

TEST(F70_Roots, OneThatHasExpiredIsNoticed) {
  const std::string expired = root(2026), good = root(2030);
  EXPECT_EQ(trouble_of_roots({expired}, kLater), WlanTrouble::kRootExpired);
  EXPECT_EQ(trouble_of_roots({good}, kLater), std::nullopt);
  EXPECT_EQ(trouble_of_roots({expired, good}, kLater), std::nullopt) << "one that is good is enough";
  EXPECT_EQ(trouble_of_roots({expired, "no certificate"}, kLater), WlanTrouble::kRootExpired);
}

TEST(F70_Roots, OneThatIsNoAuthorityIsNone) {
  EXPECT_EQ(trouble_of_roots({root(2030, "critical,CA:FALSE")}, kLater), WlanTrouble::kRootInvalid);
}

}  // namespace
}  // namespace phone::network
