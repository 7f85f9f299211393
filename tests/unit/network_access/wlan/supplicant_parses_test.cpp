// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F65, F68: what the profiles become is read by a real wpa_supplicant, which names each line that it does not know.
#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "services/network_access/wlan/wlan_profile.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::network::supplicant_parses_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

WlanProfile profile(WlanSecurity security, WlanEap eap) {
  WlanProfile made{.enabled = true, .ssid = "Lab \x01", .security = security, .eap = eap, .user = "lab\\ada"};
  made.key = crypto::Secret::copy_of("GREG123567@9ZX&W");
  made.password = crypto::Secret::copy_of("s3cret \"quoted\"");
  made.anchors = {"ca"};
  made.servers = {"radius.lab"};
  return made;
}

std::string block_of(const WlanProfile& one) {
  const auto settings = supplicant_settings(one, {.product = "DP-9861",
                                                  .device_name = "SEP0A1B2C3D4E5F",
                                                  .tls = {},
                                                  .anchors_file = "/run/ca",
                                                  .certificate_file = "/run/cert",
                                                  .key_uri = "pkcs11:x",
                                                  .pac_file = "/run/pac"});
  EXPECT_TRUE(settings.ok()) << settings.status();
  if (!settings.ok()) return {};
  std::string text = "network={\n";
  for (const Setting& setting : *settings) absl::StrAppend(&text, "\t", setting.name, "=", setting.value, "\n");
  return text + "}\n";
}

// What a real one says of a file with these networks.
std::string said_of(const std::string& networks) {
  const tests::TemporaryDirectory directory;
  const auto file = directory / "supplicant.conf";
  std::ofstream(file) << networks;
  const std::string command = absl::StrCat("timeout -k 1 5 /sbin/wpa_supplicant -Dnone -ilo -c", file.string(), " -P",
                                           (directory / "pid").string(), " -B 2>&1; kill $(cat ",
                                           (directory / "pid").string(), " 2>/dev/null) 2>/dev/null");
  std::string said;
  FILE* const pipe = popen(command.c_str(), "r");
  std::array<char, 512> part{};
  while (pipe != nullptr && fgets(part.data(), part.size(), pipe) != nullptr) said += part.data();
  if (pipe != nullptr) pclose(pipe);
  return said;
}

TEST(F65_F68_Supplicant_Peer, KnowsEachLineOfEveryProfile) {
  std::string networks;
  for (const auto security : {WlanSecurity::kOpen, WlanSecurity::kPsk, WlanSecurity::kSae}) {
    for (const auto band : {WlanBand::kAny, WlanBand::k24, WlanBand::k5}) {
      auto one = profile(security, WlanEap::kTls);
      one.band = band;
      one.fast_roaming = band != WlanBand::k24;
      one.gcmp = security != WlanSecurity::kOpen && band == WlanBand::k5;
      networks += block_of(one);
    }
  }
  for (const auto security : {WlanSecurity::kEnterprise, WlanSecurity::kEnterprise3}) {
    for (const auto eap : {WlanEap::kTls, WlanEap::kFast, WlanEap::kPeapMschapv2, WlanEap::kPeapGtc, WlanEap::kAuto}) {
      auto one = profile(security, eap);
      one.gcmp = eap == WlanEap::kTls;
      one.compatible = security == WlanSecurity::kEnterprise && eap == WlanEap::kAuto;
      networks += block_of(one);
    }
  }
  const std::string said = said_of(networks);
  EXPECT_THAT(said, HasSubstr("Successfully initialized wpa_supplicant"));
  EXPECT_THAT(said, Not(HasSubstr("Line "))) << networks;
}

TEST(F65_F68_Supplicant_Peer, WouldNameALineThatItDoesNotKnow) {
  EXPECT_THAT(said_of("network={\n\tssid=4c6162\n\tpairwise=GCMP-512\n}\n"), HasSubstr("Line "));
}

struct CipherRow {
  bool gcmp, compatible;
  const char* pairwise;
};
TEST(F65_Gcmp256_Table, IsOfferedBesidesCcmpWhereItIsAskedFor) {
  for (const CipherRow& row :
       {CipherRow{false, false, "pairwise=CCMP\n"}, CipherRow{true, false, "pairwise=GCMP-256 CCMP\n"},
        CipherRow{false, true, "pairwise=CCMP TKIP\n"}}) {
    auto one = profile(WlanSecurity::kEnterprise, WlanEap::kTls);
    one.gcmp = row.gcmp;
    one.compatible = row.compatible;
    EXPECT_THAT(block_of(one), HasSubstr(row.pairwise));
  }
  auto both = profile(WlanSecurity::kEnterprise, WlanEap::kTls);
  both.gcmp = both.compatible = true;
  EXPECT_THAT(std::string(check_profile(both, {}).message()), HasSubstr("GCMP-256 goes neither with TKIP"));
}

TEST(F64_FastRoaming_Table, OffLeavesNo80211rKeyManagement) {
  for (const auto security :
       {WlanSecurity::kPsk, WlanSecurity::kSae, WlanSecurity::kEnterprise, WlanSecurity::kEnterprise3}) {
    auto one = profile(security, WlanEap::kTls);
    EXPECT_THAT(block_of(one), HasSubstr("FT-"));
    EXPECT_STREQ(fast_roaming_of(one), "802.11r over the air");
    one.over_the_ds = true;
    EXPECT_STREQ(fast_roaming_of(one), "802.11r over the DS");
    one.fast_roaming = false;
    EXPECT_THAT(block_of(one), Not(HasSubstr("FT-")));
    EXPECT_STREQ(fast_roaming_of(one), "off");
  }
}

TEST(F60_Band_Table, OnlyItsChannelsAreScannedAndJoined) {
  auto one = profile(WlanSecurity::kPsk, WlanEap::kTls);
  EXPECT_THAT(block_of(one), Not(HasSubstr("freq_list")));
  one.band = WlanBand::k24;
  EXPECT_THAT(block_of(one), testing::AllOf(HasSubstr("freq_list=2412 "), Not(HasSubstr("5180"))));
  one.band = WlanBand::k5;
  EXPECT_THAT(block_of(one), testing::AllOf(HasSubstr("scan_freq=5180 "), Not(HasSubstr("2412"))));
  EXPECT_TRUE(in_band(2437, WlanBand::k24) && !in_band(2437, WlanBand::k5) && in_band(5180, WlanBand::k5));
}

}  // namespace
}  // namespace phone::network::supplicant_parses_test
