// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/wlan/wlan_profile.hpp"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "services/network_access/dot1x/own_certificate.hpp"

namespace phone::network {
namespace {

const EapEnvironment kAround{.product = "DP-9861",
                             .device_name = "SEP0A1B2C3D4E5F",
                             .anchors_file = "anchors",
                             .certificate_file = "certificate",
                             .key_uri = "pkcs11:x",
                             .pac_file = "pac"};

WlanProfile wlan(WlanSecurity security, WlanEap eap = WlanEap::kTls) {
  WlanProfile profile{.ssid = "voice", .security = security, .eap = eap, .anchors = {"x"}, .servers = {"radius.lab"}};
  profile.key = crypto::Secret("GREG123567@9ZX&W");
  if (eap != WlanEap::kTls) {
    profile.user = "lab\\anna";
    profile.password = crypto::Secret("of-the-lab");
  }
  return profile;
}

std::string setting(const WlanProfile& profile, const std::string& name, const EapEnvironment& around = kAround) {
  const auto settings = supplicant_settings(profile, around);
  if (!settings.ok()) return std::string(settings.status().message());
  for (const Setting& one : *settings) {
    if (one.name == name) return one.value;
  }
  return "";
}

// The article: FSR type 802.11r (FT) in every row.
struct WlanRow {
  const char* authentication;
  WlanSecurity security;
  WlanEap eap;
  const char *key_management, *encryption, *management_frames, *methods;
  friend void PrintTo(const WlanRow& row, std::ostream* out) { *out << row.authentication; }
};

constexpr auto kPsk = WlanSecurity::kPsk, kSae = WlanSecurity::kSae, kWpa2 = WlanSecurity::kEnterprise,
               kWpa3 = WlanSecurity::kEnterprise3;
const WlanRow kWlanTable[] = {
    {"PSK", kPsk, WlanEap::kTls, "WPA-PSK WPA-PSK-SHA256 FT-PSK", "CCMP", "0", ""},
    {"WPA3", kSae, WlanEap::kTls, "SAE FT-SAE", "CCMP", "2", ""},
    {"EAP-TLS", kWpa2, WlanEap::kTls, "WPA-EAP FT-EAP", "CCMP", "0", "TLS"},
    {"EAP-TLS (WPA3)", kWpa3, WlanEap::kTls, "WPA-EAP-SHA256 FT-EAP", "CCMP", "2", "TLS"},
    {"EAP-FAST", kWpa2, WlanEap::kFast, "WPA-EAP FT-EAP", "CCMP", "0", "FAST"},
    {"EAP-FAST (WPA3)", kWpa3, WlanEap::kFast, "WPA-EAP-SHA256 FT-EAP", "CCMP", "2", "FAST"},
    {"EAP-PEAP", kWpa2, WlanEap::kPeapMschapv2, "WPA-EAP FT-EAP", "CCMP", "0", "PEAP"},
    {"EAP-PEAP (WPA3)", kWpa3, WlanEap::kPeapMschapv2, "WPA-EAP-SHA256 FT-EAP", "CCMP", "2", "PEAP"},
};

class F68_WlanTable : public testing::TestWithParam<WlanRow> {};
TEST_P(F68_WlanTable, GivesExactlyThisKeyManagementCipherAndFrameProtection) {
  const WlanProfile profile = wlan(GetParam().security, GetParam().eap);
  EXPECT_EQ(setting(profile, "key_mgmt"), GetParam().key_management);
  EXPECT_EQ(setting(profile, "pairwise"), GetParam().encryption);
  EXPECT_EQ(setting(profile, "group"), GetParam().encryption);
  EXPECT_EQ(setting(profile, "ieee80211w"), GetParam().management_frames);
  EXPECT_EQ(setting(profile, "eap"), GetParam().methods);
}
INSTANTIATE_TEST_SUITE_P(Rows, F68_WlanTable, testing::ValuesIn(kWlanTable));

TEST(F62_WlanKey, HasEightToSixtyThreeAsciiCharacters) {
  for (const WlanSecurity security : {kPsk, kSae}) {
    WlanProfile profile = wlan(security);
    EXPECT_TRUE(supplicant_settings(profile, kAround).ok());
    for (const auto& [size, taken] :
         {std::pair(7, false), std::pair(8, true), std::pair(63, true), std::pair(64, false)}) {
      profile.key = crypto::Secret(std::string(static_cast<std::size_t>(size), 'a'));
      EXPECT_EQ(supplicant_settings(profile, kAround).ok(), taken) << size;
    }
    for (const char* key : {"eight\n-chars", "sch\xc3\xb6ne-gruesse"}) {
      profile.key = crypto::Secret(std::string(key));
      EXPECT_FALSE(supplicant_settings(profile, kAround).ok()) << key;
    }
  }
  WlanProfile quoted = wlan(kPsk);
  quoted.key = crypto::Secret("with\"quote\"s");
  EXPECT_EQ(setting(quoted, "psk"), "\"with\"quote\"s\"");
}

TEST(F58_WlanOpen, HasNoKeyAndNoCipher) {
  EXPECT_EQ(setting(wlan(WlanSecurity::kOpen), "key_mgmt"), "NONE");
  EXPECT_EQ(setting(wlan(WlanSecurity::kOpen), "pairwise"), "");
}

TEST(F61_WlanPeap, AlwaysRequiresPhaseTwoAndANamedServer) {
  for (const WlanEap eap : {WlanEap::kPeapMschapv2, WlanEap::kPeapGtc, WlanEap::kAuto}) {
    WlanProfile profile = wlan(kWpa2, eap);
    EXPECT_TRUE(absl::StrContains(setting(profile, "phase1"), "phase2_auth=2")) << setting(profile, "phase1");
    profile.servers.clear();
    EXPECT_FALSE(supplicant_settings(profile, kAround).ok());
    profile = wlan(kWpa2, eap);
    profile.anchors.clear();
    EXPECT_FALSE(supplicant_settings(profile, kAround).ok());
  }
  EXPECT_EQ(setting(wlan(kWpa2, WlanEap::kPeapGtc), "phase2"), "\"auth=GTC\"");
  EXPECT_EQ(setting(wlan(kWpa2, WlanEap::kPeapMschapv2), "phase2"), "\"auth=MSCHAPV2\"");
}

TEST(F67_WlanAuto, TriesFastOrPeapNeverTls) {
  EXPECT_EQ(setting(wlan(kWpa2, WlanEap::kAuto), "eap"), "FAST PEAP");
  EXPECT_NE(setting(wlan(kWpa2, WlanEap::kAuto), "phase1").find("tls_disable_tlsv1_3=1"), std::string::npos);
  EapEnvironment strict = kAround;
  strict.tls.client_minimum = 0x0304;
  EXPECT_EQ(setting(wlan(kWpa2, WlanEap::kAuto), "eap", strict), "PEAP");
  EXPECT_FALSE(supplicant_settings(wlan(kWpa2, WlanEap::kFast), strict).ok());
}

TEST(F65_F66_WlanCiphers, TkipIsForOldAccessPointsAloneAndCkipIsRefused) {
  WlanProfile profile = wlan(kPsk);
  profile.compatible = true;
  EXPECT_EQ(setting(profile, "pairwise"), "CCMP TKIP");
  EXPECT_EQ(setting(profile, "proto"), "RSN WPA");
  profile.security = kSae;
  EXPECT_FALSE(supplicant_settings(profile, kAround).ok());
  profile = wlan(kPsk);
  EXPECT_EQ(setting(profile, "proto"), "RSN");
  profile.ckip = true;
  EXPECT_EQ(setting(profile, "pairwise"), "CKIP is not supported");
}

struct FipsRow {
  const char* name;
  WlanProfile profile;
  const char* why;     // empty: it can be had
  const char* phase2;  // then
  friend void PrintTo(const FipsRow& row, std::ostream* out) { *out << row.name; }
};
WlanProfile with_tkip(WlanSecurity security) {
  WlanProfile profile = wlan(security);
  profile.compatible = true;
  return profile;
}
class F3_WlanInFips_Table : public testing::TestWithParam<FipsRow> {};
TEST_P(F3_WlanInFips_Table, WhatIsNotApprovedIsRefusedByName) {
  EapEnvironment fips = kAround;
  fips.tls.fips = true;
  const auto settings = supplicant_settings(GetParam().profile, fips);
  EXPECT_EQ(settings.ok() ? "" : settings.status().message(), GetParam().why);
  EXPECT_EQ(check_profile(GetParam().profile, fips.tls).ok(), settings.ok()) << "refused when applied, too";
  EXPECT_TRUE(supplicant_settings(GetParam().profile, kAround).ok()) << "outside FIPS mode it can be had";
  if (!settings.ok()) return;
  EXPECT_EQ(setting(GetParam().profile, "phase2", fips), GetParam().phase2);
  EXPECT_FALSE(absl::StrContains(setting(GetParam().profile, "eap", fips), "FAST"));
  for (const char* cipher : {"pairwise", "group"}) {
    EXPECT_FALSE(absl::StrContains(setting(GetParam().profile, cipher, fips), "TKIP"));
  }
}
INSTANTIATE_TEST_SUITE_P(
    Rows, F3_WlanInFips_Table,
    testing::Values(FipsRow{"PSK", wlan(kPsk), "", ""}, FipsRow{"SAE", wlan(kSae), "", ""},
                    FipsRow{"EAP-TLS", wlan(kWpa3), "", ""},
                    FipsRow{"PEAP-GTC", wlan(kWpa2, WlanEap::kPeapGtc), "", "\"auth=GTC\""},
                    FipsRow{"automatic", wlan(kWpa2, WlanEap::kAuto), "", "\"auth=GTC\""},
                    FipsRow{"TKIP", with_tkip(kPsk), "TKIP is not allowed in FIPS mode: it is RC4", ""},
                    FipsRow{"TKIP, enterprise", with_tkip(kWpa2), "TKIP is not allowed in FIPS mode: it is RC4", ""},
                    FipsRow{"PEAP-MSCHAPv2", wlan(kWpa2, WlanEap::kPeapMschapv2),
                            "PEAP-MSCHAPv2 is not allowed in FIPS mode: MSCHAPv2 is MD4 and DES", ""},
                    FipsRow{"EAP-FAST", wlan(kWpa2, WlanEap::kFast),
                            "EAP-FAST is not allowed in FIPS mode: it is built on SHA-1 and MSCHAPv2", ""}));

TEST(F69_WlanUser, DomainAndUserNameKeepTheirBackslash) {
  EXPECT_EQ(setting(wlan(kWpa2, WlanEap::kPeapMschapv2), "identity"), "6c61625c616e6e61");  // lab\anna
}

TEST(F70_WlanPassword, IsClearedInExactlyTheArticlesCases) {
  const auto cleared = [](WlanEap eap, WlanTrouble trouble) { return *why_cleared(wlan(kWpa2, eap), trouble) != '\0'; };
  for (const WlanEap eap : {WlanEap::kFast, WlanEap::kPeapMschapv2, WlanEap::kPeapGtc, WlanEap::kAuto}) {
    const bool is_peap = eap == WlanEap::kPeapMschapv2 || eap == WlanEap::kPeapGtc;
    EXPECT_TRUE(cleared(eap, WlanTrouble::kCredentialsRefused));
    EXPECT_TRUE(cleared(eap, WlanTrouble::kMethodDisabled));
    EXPECT_EQ(cleared(eap, WlanTrouble::kRootInvalid), is_peap);
    EXPECT_EQ(cleared(eap, WlanTrouble::kRootExpired), is_peap);
    for (const WlanTrouble other : {WlanTrouble::kServerRefused, WlanTrouble::kSilent, WlanTrouble::kWrongKey}) {
      EXPECT_FALSE(cleared(eap, other));
    }
  }
  EXPECT_STREQ(why_cleared(wlan(kPsk), WlanTrouble::kWrongKey), "");
  EXPECT_STREQ(why_cleared(wlan(kWpa2, WlanEap::kTls), WlanTrouble::kMethodDisabled), "");
}

TEST(F70_WlanPassword, CausesThatHaveABearingOnIt) {
  EXPECT_EQ(trouble_of(AccessCause::kPassword), WlanTrouble::kCredentialsRefused);
  EXPECT_EQ(trouble_of(AccessCause::kMethodForbidden), WlanTrouble::kMethodDisabled);
  for (const AccessCause cause : {AccessCause::kServerUntrusted, AccessCause::kServerName, AccessCause::kServerExpired,
                                  AccessCause::kServerNotYetValid, AccessCause::kServerOther}) {
    EXPECT_EQ(trouble_of(cause), WlanTrouble::kServerRefused);
  }
  for (const AccessCause cause : {AccessCause::kNone, AccessCause::kRefused, AccessCause::kTlsMismatch,
                                  AccessCause::kConnectionLost, AccessCause::kNotAdmitted, AccessCause::kOwnExpired}) {
    EXPECT_FALSE(trouble_of(cause));
  }
}

TEST(F70_WlanPassword, RootsAreLookedAtBeforeAnythingIsSent) {
  EXPECT_EQ(trouble_of_roots({"no certificate"}, absl::Now()), WlanTrouble::kRootInvalid);
  EXPECT_EQ(trouble_of_roots({}, absl::Now()), WlanTrouble::kRootInvalid);
}

TEST(F34_WlanCertificate, LscIsShownByPolicyAloneAndTheUsersComesFirst) {
  const absl::Time now = absl::Now();
  const auto installed = [&](EapCertificate kind) {
    return OwnCertificate{kind, {"x"}, now - absl::Hours(1), now + absl::Hours(1)};
  };
  const std::vector<OwnCertificate> two = {installed(EapCertificate::kMic), installed(EapCertificate::kLsc)};
  const auto shown = [&](EapCertificate wanted, bool lsc, const std::vector<OwnCertificate>& all) {
    const auto chosen = choose_own(wanted, wlan_kinds(lsc), all, now);
    const auto* one = std::get_if<OwnCertificate>(&chosen);
    return one == nullptr ? EapCertificate::kBest : one->kind;
  };
  EXPECT_EQ(shown(EapCertificate::kBest, false, two), EapCertificate::kMic);
  EXPECT_EQ(shown(EapCertificate::kBest, true, two), EapCertificate::kLsc);
  EXPECT_EQ(shown(EapCertificate::kLsc, false, two), EapCertificate::kBest);  // none
  auto three = two;
  three.push_back(installed(EapCertificate::kUser));
  EXPECT_EQ(shown(EapCertificate::kBest, true, three), EapCertificate::kUser);
  EXPECT_EQ(key_uri("wlan", EapCertificate::kUser), "pkcs11:token=phone;object=wlan-user;type=private");
}

}  // namespace
}  // namespace phone::network
