// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// From the effective policy to what the connections to TVS may speak, with values that are not the defaults.
#include <gtest/gtest.h>

#include "services/trust_store/trust_proto.hpp"

namespace phone::trust {
namespace {

TEST(F3_F72_TvsTls, FollowsTheEffectivePolicy) {
  policy::v1::EffectivePolicy policy;
  EXPECT_EQ(from_proto(policy).tls, tls::Policy{});
  policy.set_tls_minimum(0x0304);
  policy.set_fips(true);
  policy.add_tls_cipher_disabled(5);
  const Settings settings = from_proto(policy);
  EXPECT_EQ(settings.tls, (tls::Policy{.client_minimum = tls::kTls13, .fips = true, .switched_off = 1U << 5}));
  EXPECT_TRUE(settings.fips);
}

TEST(F4_F25_TrustSettings, AreLockedByThePasswordAndByTheConfiguration) {
  policy::v1::EffectivePolicy policy;
  policy.set_settings_access(1);
  EXPECT_FALSE(from_proto(policy).locked) << "a policy of before there was a lock";
  policy.set_settings_lock(policy::v1::SETTINGS_LOCK_OPEN);
  EXPECT_FALSE(from_proto(policy).locked);
  policy.set_settings_lock(policy::v1::SETTINGS_LOCK_PASSWORD);
  EXPECT_TRUE(from_proto(policy).locked);
  policy.set_settings_lock(policy::v1::SETTINGS_LOCK_OPEN);
  policy.set_settings_access(2);
  EXPECT_TRUE(from_proto(policy).locked);
}

TEST(F46_TrustSettings, AreShownAsThisProcessHasThem) {
  const auto lists = shown({}, std::nullopt, {}, {.fips = true, .locked = true});
  ASSERT_EQ(lists.setting_size(), 2);
  EXPECT_EQ(lists.setting(0).element(), "vendorConfig/fipsMode");
  EXPECT_EQ(lists.setting(0).state(), mesh::v1::SETTING_STATE_ON);
  EXPECT_EQ(lists.setting(1).element(), "vendorConfig/settingsAccess");
  EXPECT_EQ(lists.setting(1).state(), mesh::v1::SETTING_STATE_OFF);
}

TEST(F27_SrstSettings, FollowTheEffectivePolicyAndAreShown) {
  policy::v1::EffectivePolicy policy;
  policy.add_srst_certificate("one");
  policy.add_srst_certificate("two");
  EXPECT_EQ(from_proto(policy).srst_certificates, (std::vector<std::string>{"one", "two"}));
  const v1::TrustLists shown = to_proto(InstalledLists{}, std::nullopt, {.usable = {}, .set_aside = {"why"}});
  EXPECT_EQ(shown.srst_size(), 0);
  ASSERT_EQ(shown.srst_set_aside_size(), 1);
  EXPECT_EQ(shown.srst_set_aside(0), "why");
  EXPECT_EQ(from_proto(v1::TRUST_ROLE_SRST), Role::kSrst);
  EXPECT_EQ(role_of(60), std::nullopt) << "no list can say it";
}

}  // namespace
}  // namespace phone::trust
