// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F45, F60, F69, F95: 802.1X and WLAN profiles of the configuration, and passwords that came in the clear.
#include "services/policy/configuration/access_settings.hpp"

#include <gmock/gmock.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/policy/configuration/configuration.hpp"

namespace phone::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<Configuration> read(const std::string& elements, Remarks* remarks = nullptr) {
  return parse_configuration(absl::StrCat("<device>", elements, "</device>"), remarks);
}

std::string why(const std::string& elements) { return std::string(read(elements).status().message()); }

constexpr char kEap[] =
    "<vendorConfig><eapAuthentication>2</eapAuthentication><eapMethod>FAST</eapMethod><eapIdentity>desk</eapIdentity>"
    "<eapPassword>s3cret</eapPassword><eapCertificate>mic</eapCertificate><eapServer>one.lab, two.lab</eapServer>"
    "<eapAuthority>TUlJ</eapAuthority><eapAuthority>\n TUlK \n</eapAuthority></vendorConfig>";

constexpr char kWlans[] =
    "<wlanProfiles><wlanProfile><ssid>Lab</ssid><security>wpa3</security><eapMethod>peap-gtc</eapMethod>"
    "<user>ada</user><domain>LAB</domain><password>s3cret</password><server>radius.lab</server>"
    "<authority>TUlJ</authority><certificate>user</certificate><band>5</band><fastRoaming>ds</fastRoaming>"
    "<compatible>true</compatible><gcmp256>1</gcmp256><locked>true</locked></wlanProfile>"
    "<wlanProfile><ssid>Guests</ssid><security>psk</security><key>GREG123567@9ZX&amp;W</key><band>2.4</band>"
    "<fastRoaming>off</fastRoaming></wlanProfile></wlanProfiles>";

TEST(F45_AccessSettings, EachElementOf8021xIsRead) {
  const auto configuration = read(kEap);
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  ASSERT_TRUE(configuration->eap.has_value());
  EXPECT_TRUE(*configuration->eap == (EapEntry{.method = EapMethod::kFast,
                                               .identity = "desk",
                                               .password = "s3cret",
                                               .authorities = {"MII", "MIJ"},
                                               .servers = {"one.lab", "two.lab"},
                                               .certificate = ShownCertificate::kMic,
                                               .refused = {}}));
  EXPECT_FALSE(read("<vendorConfig><eapAuthentication>2</eapAuthentication></vendorConfig>")->eap.has_value());
}

TEST(F45_AccessSettings, TheDevicesOwnAuthoritiesAreAllThatCount) {
  const auto both = read(
      "<vendorConfig><eapAuthority>TUlJ</eapAuthority></vendorConfig>"
      "<commonConfig><eapAuthority>TUlK</eapAuthority><eapServer>common.lab</eapServer></commonConfig>");
  ASSERT_TRUE(both.ok());
  EXPECT_THAT(both->eap->authorities, ElementsAre("MII"));
  EXPECT_THAT(both->eap->servers, ElementsAre("common.lab"));
}

TEST(F45_AccessSettings, AWrongValueRefusesTheConfigurationByItsName) {
  EXPECT_THAT(why("<vendorConfig><eapMethod>peap</eapMethod></vendorConfig>"),
              HasSubstr("eapMethod: must be one of tls, fast"));
  EXPECT_THAT(why("<vendorConfig><eapCertificate>user</eapCertificate></vendorConfig>"),
              HasSubstr("eapCertificate: must be one of best, mic, lsc"));
  EXPECT_THAT(why("<vendorConfig><eapAuthority>not base64!</eapAuthority></vendorConfig>"),
              HasSubstr("eapAuthority: not a base64-encoded certificate"));
  EXPECT_THAT(why("<vendorConfig><eapServer>radius lab</eapServer></vendorConfig>"),
              HasSubstr("eapServer: not a host name"));
  std::string many = "<vendorConfig>";
  for (int i = 0; i < 17; ++i) many += "<eapAuthority>TUlJ</eapAuthority>";
  EXPECT_THAT(why(many + "</vendorConfig>"), HasSubstr("more than 16 authorities"));
}

TEST(F60_AccessSettings, EachElementOfAWlanProfileIsReadAndTheyKeepTheirOrder) {
  const auto configuration = read(kWlans);
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  ASSERT_EQ(configuration->wlans.size(), 2U);
  EXPECT_TRUE(configuration->wlans[0] == (WlanEntry{.ssid = "Lab",
                                                    .security = WlanSecurity::kEnterprise3,
                                                    .method = WlanMethod::kPeapGtc,
                                                    .key = {},
                                                    .user = "LAB\\ada",
                                                    .password = "s3cret",
                                                    .authorities = {"MII"},
                                                    .servers = {"radius.lab"},
                                                    .certificate = ShownCertificate::kUser,
                                                    .band = WlanBand::k5,
                                                    .fast_roaming = FastRoaming::kOverTheDs,
                                                    .compatible = true,
                                                    .gcmp = true,
                                                    .locked = true,
                                                    .refused = {}}));
  EXPECT_EQ(configuration->wlans[1].key, "GREG123567@9ZX&W");
  EXPECT_EQ(configuration->wlans[1].band, WlanBand::k24);
  EXPECT_EQ(configuration->wlans[1].fast_roaming, FastRoaming::kOff);
}

TEST(F60_AccessSettings, AWrongProfileIsNamedByItsNumber) {
  const auto profile = [](const std::string& elements) {
    return absl::StrCat("<wlanProfiles><wlanProfile><ssid>Lab</ssid></wlanProfile><wlanProfile>", elements,
                        "</wlanProfile></wlanProfiles>");
  };
  EXPECT_THAT(why(profile("")), HasSubstr("wlanProfile 2, ssid: is missing"));
  EXPECT_THAT(why(profile("<ssid>a</ssid><security>wep</security>")),
              HasSubstr("wlanProfile 2, security: must be one of open, psk, sae, wpa2, wpa3"));
  EXPECT_THAT(why(profile("<ssid>a</ssid><band>6</band>")), HasSubstr("wlanProfile 2, band: must be one of"));
  std::string many = "<wlanProfiles>";
  for (int i = 0; i < 5; ++i) many += "<wlanProfile><ssid>a</ssid></wlanProfile>";
  EXPECT_THAT(why(many + "</wlanProfiles>"), HasSubstr("more than 4 profiles"));
}

TEST(F69_OpenPasswords, ThoseOfAConfigurationThatWasNotEncryptedAreTakenOutWithAReason) {
  auto configuration = read(absl::StrCat(kEap, kWlans));
  ASSERT_TRUE(configuration.ok());
  Remarks remarks;
  refuse_open_passwords(*configuration, remarks);
  EXPECT_EQ(configuration->eap->password, "");
  EXPECT_THAT(configuration->eap->refused, HasSubstr("eapPassword was in a configuration that was not encrypted"));
  for (const WlanEntry& wlan : configuration->wlans) {
    EXPECT_EQ(wlan.key + wlan.password, "");
    EXPECT_THAT(wlan.refused, HasSubstr("not encrypted"));
  }
  ASSERT_EQ(remarks.sentences.size(), 3U);
  EXPECT_THAT(remarks.sentences[0], HasSubstr("it is not used until the configuration comes encrypted"));
}

TEST(F69_OpenPasswords, AProfileThatNeedsNoneStaysUsable) {
  auto configuration = read(
      "<vendorConfig><eapPassword>s3cret</eapPassword><eapServer>a.lab</eapServer></vendorConfig>"
      "<wlanProfiles><wlanProfile><ssid>Lab</ssid><eapMethod>tls</eapMethod></wlanProfile></wlanProfiles>");
  ASSERT_TRUE(configuration.ok());
  Remarks remarks;
  refuse_open_passwords(*configuration, remarks);
  EXPECT_EQ(configuration->eap->password, "");
  EXPECT_EQ(configuration->eap->refused, "");  // EAP-TLS needs no password
  EXPECT_EQ(configuration->wlans[0].refused, "");
  EXPECT_EQ(remarks.sentences.size(), 1U);
}

TEST(F95_TimeServers, AreReadInOrderWithoutThoseThatAreNoHost) {
  Remarks remarks;
  const auto configuration = read(
      "<devicePool><dateTimeSetting><ntps><ntp><name>10.0.0.9</name><ntpMode>Unicast</ntpMode></ntp>"
      "<ntp><name>time lab</name></ntp><ntp><name>time.lab</name><nameV6>2001:db8::9</nameV6></ntp>"
      "</ntps></dateTimeSetting></devicePool>",
      &remarks);
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  EXPECT_THAT(configuration->ntp_servers, ElementsAre("10.0.0.9", "time.lab", "2001:db8::9"));
  EXPECT_THAT(remarks.sentences, ElementsAre(HasSubstr("ntp/name: not a host name or address")));
}

TEST(F95_DateTemplate, OnlyOneThatMeansSomethingIsKept) {
  const auto kept = [](const std::string& text) {
    return read("<devicePool><dateTimeSetting><dateTemplate>" + text + "</dateTemplate></dateTimeSetting></devicePool>")
        ->date_template;
  };
  EXPECT_EQ(kept("M/D/YA"), "M/D/YA");
  EXPECT_EQ(kept("D.M.YY"), "D.M.YY");
  EXPECT_EQ(kept("%n/%n/%n"), "");
}

}  // namespace
}  // namespace phone::policy
