// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F45, F60, F70: which profile a port uses, of the phone's menu, the configuration and the trust lists.
#include "services/network_access/access/profile_in_force.hpp"

#include <gmock/gmock.h>

#include "services/network_access/access/supplicant_setup.hpp"
#include "tests/unit/crypto/issue.hpp"

namespace phone::network::profile_in_force_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromCivil(absl::CivilDay(2026, 11, 30), absl::UTCTimeZone());

std::string authority(const std::string& name, absl::Time until = kNow + absl::Hours(24)) {
  return std::string(crypto::issue({.name = name,
                                    .extensions = {{NID_basic_constraints, "critical,CA:TRUE"}},
                                    .from = kNow - absl::Hours(24 * 700),
                                    .until = until},
                                   nullptr)
                         .certificate()
                         .der());
}

const std::string& own_ca() {
  static const std::string kDer = authority("Own CA");
  return kDer;
}
const std::string& configured_ca() {
  static const std::string kDer = authority("Configured CA");
  return kDer;
}
const std::string& listed_ca() {
  static const std::string kDer = authority("CAPF");
  return kDer;
}

EapProfile menu() {
  EapProfile profile;
  profile.enabled = true;
  profile.anchors = {own_ca()};
  profile.servers = {"menu.lab"};
  return profile;
}

ConfiguredEap configured(std::vector<std::string> anchors = {configured_ca()}) {
  ConfiguredEap made;
  made.profile.anchors = std::move(anchors);
  made.profile.servers = {"configured.lab"};
  return made;
}

ProfileInForce wire(const EapProfile& own, const AccessPolicy& policy, const std::vector<std::string>& listed = {}) {
  const auto all = profiles_in_force(own, policy, listed);
  EXPECT_EQ(all.size(), 1U);
  return all.front();
}
const EapProfile& eap(const ProfileInForce& used) { return std::get<EapProfile>(used.profile); }

TEST(F45_ProfileInForce, TheConfigurationThatSwitchesItOnSaysHow) {
  AccessPolicy policy{.enabled = true};
  policy.eap = configured();
  const auto used = wire(menu(), policy, {listed_ca()});
  EXPECT_TRUE(used.configured);
  EXPECT_EQ(used.refused, "");
  EXPECT_THAT(eap(used).servers, ElementsAre("configured.lab"));
  EXPECT_THAT(eap(used).anchors, ElementsAre(configured_ca()));
  EXPECT_EQ(used.source.profile, "the configuration");
  EXPECT_THAT(used.source.authorities, ElementsAre(HasSubstr("CN=Configured CA (the configuration)")));
  EXPECT_TRUE(supplicant_settings(used.profile, {.product = "DP-9861", .tls = {}, .anchors_file = "/a"}).ok());
}

TEST(F45_ProfileInForce, WithoutAuthoritiesOfItsOwnTheListsHaveThem) {
  AccessPolicy policy{.enabled = true};
  policy.eap = configured({});
  const auto used = wire({}, policy, {listed_ca()});
  EXPECT_EQ(used.refused, "");
  EXPECT_THAT(eap(used).anchors, ElementsAre(listed_ca()));
  EXPECT_THAT(used.source.authorities, ElementsAre(HasSubstr("CN=CAPF (the trust lists)")));
  EXPECT_THAT(wire({}, policy).refused, HasSubstr("neither the configuration (eapAuthority) nor the trust lists"));
}

TEST(F45_ProfileInForce, WhereTheUserDecidesTheMenusOwnProfileCountsAndIsCompleted) {
  AccessPolicy policy;
  policy.eap = configured();
  const auto own = wire(menu(), policy, {listed_ca()});
  EXPECT_FALSE(own.configured);
  EXPECT_EQ(own.source.profile, "the phone's menu");
  EXPECT_THAT(eap(own).servers, ElementsAre("menu.lab"));
  EXPECT_THAT(eap(own).anchors, ElementsAre(own_ca()));
  // Switched on and nothing else: as the configuration has it.
  EapProfile bare;
  bare.enabled = true;
  EXPECT_TRUE(wire(bare, policy).configured);
  // A name without a CA: that of the configuration, then that of the lists.
  bare.servers = {"menu.lab"};
  EXPECT_THAT(eap(wire(bare, policy)).anchors, ElementsAre(configured_ca()));
  EXPECT_THAT(eap(wire(bare, {}, {listed_ca()})).anchors, ElementsAre(listed_ca()));
  EXPECT_THAT(eap(wire(bare, {}, {listed_ca()})).servers, ElementsAre("menu.lab"));
}

TEST(F45_ProfileInForce, WhatIsMissingIsSaidInTheConfigurationsWords) {
  const auto nothing = wire({}, {.enabled = true}, {listed_ca()});
  EXPECT_EQ(nothing.source.profile, "");
  EXPECT_THAT(nothing.refused, HasSubstr("the configuration has no eapServer"));
  AccessPolicy policy{.enabled = true};
  policy.eap = configured();
  policy.eap->refused = "eapPassword was in a configuration that was not encrypted";
  EXPECT_THAT(wire({}, policy).refused, HasSubstr("not encrypted"));
  // The user's complete profile goes on in mode 2 without a word about how.
  EXPECT_EQ(wire(menu(), {.enabled = true}).refused, "");
}

ConfiguredWlan configured_wlan(const std::string& ssid, bool locked = false) {
  ConfiguredWlan made{.profile = {.enabled = true, .ssid = ssid, .security = WlanSecurity::kPsk}, .locked = locked};
  made.profile.key = crypto::Secret::copy_of("GREG123567@9ZX&W");
  return made;
}
WlanProfile menu_wlan() {
  WlanProfile made{.enabled = true, .ssid = "Home", .security = WlanSecurity::kPsk};
  made.key = crypto::Secret::copy_of("my own key");
  return made;
}
std::vector<std::string> names(const WlanProfile& own, const AccessPolicy& policy) {
  std::vector<std::string> all;
  for (const auto& one : profiles_in_force(own, policy, {})) all.push_back(std::get<WlanProfile>(one.profile).ssid);
  return all;
}

TEST(F60_ProfileInForce, TheMenusWlanComesBeforeThoseOfTheConfigurationUnlessOneIsLocked) {
  AccessPolicy policy;
  policy.wlans = {configured_wlan("Office"), configured_wlan("Guests")};
  EXPECT_THAT(names(menu_wlan(), policy), ElementsAre("Home", "Office", "Guests"));
  EXPECT_THAT(names({}, policy), ElementsAre("Office", "Guests"));
  EXPECT_TRUE(enabled(WlanProfile(), policy));
  policy.wlans[1].locked = true;
  EXPECT_THAT(names(menu_wlan(), policy), ElementsAre("Guests"));
  EXPECT_TRUE(profiles_in_force(menu_wlan(), policy, {}).front().locked);
  policy.wlan_off = true;
  EXPECT_FALSE(enabled(WlanProfile(), policy));
}

TEST(F60_ProfileInForce, SwitchedOffInTheMenuNoneIsUsedButALockedOne) {
  AccessPolicy policy;
  policy.wlans = {configured_wlan("Office")};
  WlanProfile off;
  off.switched_off = true;
  EXPECT_FALSE(enabled(off, policy));
  policy.wlans[0].locked = true;
  EXPECT_TRUE(enabled(off, policy));
  EXPECT_THAT(names(off, policy), ElementsAre("Office"));
}

TEST(F69_ProfileInForce, OneThatIsRefusedIsLeftOutWhereThereIsAnotherAndSaysWhyWhereThereIsNone) {
  AccessPolicy policy;
  policy.wlans = {configured_wlan("Open words"), configured_wlan("Office")};
  policy.wlans[0].refused = "the key was not encrypted";
  EXPECT_THAT(names({}, policy), ElementsAre("Office"));
  const auto candidates = profiles_in_force(WlanProfile(), policy, {});
  const auto all = choices(candidates, 0, WlanProfile(), policy);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0].in_force && all[0].ssid == "Office" && all[0].source == "the configuration");
  EXPECT_EQ(all[1].refused, "the key was not encrypted");
  policy.wlans.pop_back();
  EXPECT_EQ(profiles_in_force(WlanProfile(), policy, {}).front().refused, "the key was not encrypted");
}

ConfiguredWlan configured_peap() {
  ConfiguredWlan made;
  made.profile = {
      .ssid = "Office", .security = WlanSecurity::kEnterprise, .eap = WlanEap::kPeapMschapv2, .user = "ada"};
  made.profile.password = crypto::Secret::copy_of("s3cret");
  made.profile.servers = {"radius.lab"};
  return made;
}

TEST(F70_ProfileInForce, APasswordThatWasClearedStaysSoUntilTheConfigurationBringsAnother) {
  AccessPolicy policy;
  policy.wlans = {configured_peap()};
  AccessProfile own = WlanProfile();
  auto used = profiles_in_force(own, policy, {listed_ca()}).front();
  EXPECT_EQ(used.refused, "");
  std::get<WlanProfile>(used.profile).cleared = "The Wi-Fi password has been cleared: it was refused";
  std::get<WlanProfile>(used.profile).known = {"02:00:00:00:00:01"};
  remember(own, used);
  const auto later = profiles_in_force(own, policy, {listed_ca()}).front();
  EXPECT_THAT(std::get<WlanProfile>(later.profile).cleared, HasSubstr("refused"));
  EXPECT_TRUE(std::get<WlanProfile>(later.profile).password.empty());
  EXPECT_THAT(std::get<WlanProfile>(later.profile).known, ElementsAre("02:00:00:00:00:01"));
  policy.wlans[0].profile.password = crypto::Secret::copy_of("another");
  const auto anew = profiles_in_force(own, policy, {listed_ca()}).front();
  EXPECT_EQ(std::get<WlanProfile>(anew.profile).cleared, "");
  EXPECT_THAT(std::get<WlanProfile>(anew.profile).known, IsEmpty());
}

TEST(F70_EndedAuthority, IsNamedWithItsDayUnlessAnotherIsStillGood) {
  const std::string ended = authority("Old CA", kNow - absl::Hours(24));
  EapProfile profile = menu();
  profile.anchors = {ended};
  EXPECT_THAT(ended_authority(profile, kNow), HasSubstr("CN=Old CA ended on 2026-11-29"));
  const auto setup = supplicant_setup(profile, {}, {}, {.product = "DP"}, kNow);
  ASSERT_TRUE(std::holds_alternative<NoCertificate>(setup));
  EXPECT_EQ(std::get<NoCertificate>(setup).cause, AccessCause::kAuthorityUnusable);
  EXPECT_THAT(std::get<NoCertificate>(setup).detail, HasSubstr("CN=Old CA"));
  profile.anchors = {ended, own_ca()};
  EXPECT_EQ(ended_authority(profile, kNow), "");
  // A PAC stands in for the server's certificate.
  profile.anchors = {ended};
  profile.method = EapMethod::kFast;
  EXPECT_EQ(ended_authority(profile, kNow), "");
}

}  // namespace
}  // namespace phone::network::profile_in_force_test
