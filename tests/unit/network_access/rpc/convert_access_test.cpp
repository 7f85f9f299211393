// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Profiles of the configuration and the time, field by field, in messages and over a restart.
#include <gtest/gtest.h>

#include "services/network_access/rpc/convert.hpp"

namespace phone::network::convert_access_test {
namespace {

ConfiguredEap eap() {
  ConfiguredEap made{.profile = {.enabled = true,
                                 .method = EapMethod::kFast,
                                 .identity = "desk",
                                 .anchors = {"one", "two"},
                                 .servers = {"radius.lab"},
                                 .certificate = EapCertificate::kMic},
                     .refused = "why"};
  made.profile.password = crypto::Secret::copy_of("s3cret");
  return made;
}

ConfiguredWlan wlan() {
  ConfiguredWlan made{.profile = {.enabled = true,
                                  .ssid = "Office \x01",
                                  .security = WlanSecurity::kEnterprise3,
                                  .eap = WlanEap::kPeapGtc,
                                  .user = "lab\\ada",
                                  .anchors = {"three"},
                                  .servers = {"wlan.lab"},
                                  .compatible = true,
                                  .certificate = EapCertificate::kUser,
                                  .over_the_ds = true,
                                  .fast_roaming = false,
                                  .band = WlanBand::k5,
                                  .gcmp = true},
                      .locked = true,
                      .refused = "because"};
  made.profile.key = crypto::Secret::copy_of("a key of the lab");
  made.profile.password = crypto::Secret::copy_of("another s3cret");
  return made;
}

TEST(F45_F60_StoredAccess, TheConfigurationsProfilesOutliveARestart) {
  StoredAccess stored;
  stored.access.enabled = true;
  stored.access.eap = eap();
  stored.access.wlans = {wlan(), {.profile = {.enabled = true, .ssid = "Guests", .band = WlanBand::k24}}};
  const auto read = decode_access(encode(stored).view());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->access == stored.access);
}

TEST(F45_F60_StoredAccess, WhatWasLearnedWithThemToo) {
  WlanProfile own;
  own.switched_off = true;
  own.remembered = {{.profile = std::string("digest\0of it", 12),
                     .cleared = "The Wi-Fi password has been cleared",
                     .known = {"02:00:00:00:00:01", "02:00:00:00:00:02"}}};
  const auto read = decode_wlan(encode(own).view());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(*read == own);
}

TEST(F45_F60_StoredAccess, AProfileOutOfItsEnumerationIsRefusedByItself) {
  v1::WiredProfile wire;
  wire.set_certificate(static_cast<certificates::v1::CertificateKind>(99));
  EXPECT_EQ(configured_eap(wire, "").refused, "the certificate must be the MIC or the LSC");
  google::protobuf::RepeatedPtrField<v1::ConfiguredWlan> several;
  several.Add()->mutable_profile()->set_ssid("Bad");
  several.at(0).mutable_profile()->set_band(static_cast<v1::WlanBand>(9));
  for (int i = 0; i < 9; ++i) several.Add()->mutable_profile()->set_ssid("Good");
  const auto read = configured_wlans(several);
  ASSERT_EQ(read.size(), 4U) << "bounded";
  EXPECT_EQ(read[0].profile.ssid, "Bad");
  EXPECT_EQ(read[0].refused, "unknown frequency band");
  EXPECT_EQ(read[1].refused, "");
}

TEST(F46_AccessInForce, SaysWhoseProfileItIsAndWhomItBelieves) {
  Facts facts{.version = 1};
  facts.access = {.state = AccessState::kAuthenticated, .method = "EAP-TLS", .identity = "DP-9861-SEP0"};
  facts.access.own_certificate = "MIC, issued by CN=Lab";
  facts.access.source = {.profile = "the configuration",
                         .authorities = {"CN=A (the configuration)", "CN=B (the trust lists)"},
                         .servers = {"radius.lab"}};
  const v1::NetworkFacts message = to_message(facts);
  EXPECT_EQ(message.wired_access().profile_source(), "the configuration");
  EXPECT_EQ(message.wired_access().authority(1), "CN=B (the trust lists)");
  EXPECT_EQ(message.wired_access().server_name(0), "radius.lab");
  const auto in_force = [&](const std::string& element) {
    for (const auto& one : message.setting()) {
      if (one.element() == "vendorConfig/" + element) return one;
    }
    return mesh::v1::SettingInForce();
  };
  EXPECT_EQ(in_force("eapAuthentication").state(), mesh::v1::SETTING_STATE_ON);
  EXPECT_EQ(in_force("eapAuthentication").note(), "as the configuration has it");
  EXPECT_EQ(in_force("eapMethod").value(), "EAP-TLS");
  EXPECT_EQ(in_force("eapIdentity").value(), "DP-9861-SEP0");
  EXPECT_EQ(in_force("eapCertificate").value(), "MIC, issued by CN=Lab");
  EXPECT_EQ(in_force("eapServer").value(), "radius.lab");
  EXPECT_EQ(in_force("eapAuthority").value(), "CN=A (the configuration), CN=B (the trust lists)");
}

TEST(F68_WlanInForce, EachFactOfTheLinkIsItsOwnField) {
  Facts facts{.version = 1};
  facts.wlan = WlanAccess{.ssid = "Office",
                          .security = "WPA3 enterprise",
                          .compatible = true,
                          .band = WlanBand::k5,
                          .fast_roaming = "802.11r over the DS"};
  facts.wlan->status.source.locked = true;
  facts.wlan->status.choices = {{.ssid = "Office", .source = "the configuration", .method = "m", .in_force = true},
                                {.ssid = "Home\x01",
                                 .source = "the phone's menu",
                                 .method = "n",
                                 .refused = "the configuration has a locked profile"}};
  facts.wlan_link = {.key_management = "FT-EAP", .cipher = "GCMP-256", .protected_management = true};
  const v1::WlanFacts message = to_message(facts).wlan();
  EXPECT_TRUE(message.compatible() && message.locked() && message.protected_management());
  EXPECT_EQ(message.band(), v1::WLAN_BAND_5);
  EXPECT_EQ(message.fast_roaming(), "802.11r over the DS");
  EXPECT_EQ(message.cipher(), "GCMP-256");
  EXPECT_EQ(message.key_management(), "FT-EAP");
  ASSERT_EQ(message.choice_size(), 2);
  EXPECT_TRUE(message.choice(0).in_force() && !message.choice(1).in_force());
  EXPECT_EQ(message.choice(1).ssid(), "Home\\x01");
  EXPECT_EQ(message.choice(1).source(), "the phone's menu");
  EXPECT_EQ(message.choice(1).method(), "n");
  EXPECT_EQ(message.choice(1).refused(), "the configuration has a locked profile");
}

TEST(F95_TimeFacts, ArriveFieldByField) {
  Facts facts{.version = 1};
  facts.time = {.known = false,
                .text = "not known",
                .servers = {"10.0.0.9", "time.lab"},
                .server_source = "DHCP option 42",
                .synchronized = true,
                .floor = absl::FromUnixSeconds(100),
                .floor_source = "a trust list's signature",
                .zone = "Asia/Tokyo",
                .date_template = "D.M.YY",
                .call_manager_date = absl::FromUnixSeconds(200),
                .set_by = "10.0.0.1"};
  const v1::TimeService time = to_message(facts).time();
  EXPECT_FALSE(time.known());
  EXPECT_EQ(time.text(), "not known");
  EXPECT_EQ(time.server(1), "time.lab");
  EXPECT_EQ(time.server_source(), "DHCP option 42");
  EXPECT_TRUE(time.synchronized());
  EXPECT_EQ(time.floor().seconds(), 100);
  EXPECT_EQ(time.floor_source(), "a trust list's signature");
  EXPECT_EQ(time.time_zone(), "Asia/Tokyo");
  EXPECT_EQ(time.date_template(), "D.M.YY");
  EXPECT_EQ(time.call_manager_date().seconds(), 200);
  EXPECT_EQ(time.set_by(), "10.0.0.1");
}

}  // namespace
}  // namespace phone::network::convert_access_test
