// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/dot1x/eap_profile.hpp"

#include <gtest/gtest.h>

#include "common/crypto/digest.hpp"
#include "services/network_access/dot1x/own_certificate.hpp"
#include "services/network_access/supplicant/supplicant_plan.hpp"

namespace phone::network {
namespace {

EapProfile tls() {
  return {.enabled = true, .method = EapMethod::kTls, .anchors = {"ca"}, .servers = {"radius.example"}};
}
EapProfile fast() {
  EapProfile profile = tls();
  profile.method = EapMethod::kFast;
  profile.identity = "lab\\phone1";
  profile.password = crypto::Secret::copy_of("s3cret");
  return profile;
}
EapEnvironment here(std::uint16_t minimum = 0x0303) {
  return {.product = "DP-9861",
          .device_name = "SEP0A1B2C3D4E5F",
          .tls = {.client_minimum = minimum},
          .anchors_file = "/run/ca",
          .certificate_file = "/run/cert",
          .key_uri = "pkcs11:x",
          .pac_file = "/run/pac"};
}
std::string value_of(const std::vector<Setting>& settings, const std::string& name) {
  for (const auto& setting : settings) {
    if (setting.name == name) return setting.value;
  }
  return "(none)";
}

struct Refused {
  const char* name;
  EapProfile profile;
  std::uint16_t minimum;
  const char* why;
};
class F26_Profile : public testing::TestWithParam<Refused> {};
TEST_P(F26_Profile, ThatWouldTrustAnybodyIsAnError) {
  const auto settings = supplicant_settings(GetParam().profile, here(GetParam().minimum));
  ASSERT_FALSE(settings.ok());
  EXPECT_EQ(settings.status().message(), GetParam().why);
}
template <class Change>
EapProfile changed(EapProfile profile, Change change) {
  change(profile);
  return profile;
}
INSTANTIATE_TEST_SUITE_P(
    Rows, F26_Profile,
    testing::Values(Refused{"no authority", changed(tls(), [](auto& p) { p.anchors.clear(); }), 0x0303,
                            "give --authority FILE: the CA that issued the RADIUS server's certificate"},
                    Refused{"no name", changed(tls(), [](auto& p) { p.servers.clear(); }), 0x0303,
                            "give --server NAME: the name in the RADIUS server's certificate"},
                    Refused{"a name that is none", changed(tls(), [](auto& p) { p.servers = {"a;b"}; }), 0x0303,
                            "--server is not a valid host name"},
                    Refused{"FAST without password", changed(fast(), [](auto& p) { p.password = {}; }), 0x0303,
                            "EAP-FAST requires a password"},
                    Refused{"FAST and TLS 1.3", fast(), 0x0304,
                            "EAP-FAST supports TLS up to 1.2, and the policy requires TLS 1.3"}));

struct Floor {
  std::uint16_t minimum;
  const char* phase1;
};
class F72_EapTls : public testing::TestWithParam<Floor> {};
TEST_P(F72_EapTls, OlderVersionsAreOffByName) {
  EXPECT_EQ(value_of(*supplicant_settings(tls(), here(GetParam().minimum)), "phase1"), GetParam().phase1);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, F72_EapTls,
    testing::Values(
        Floor{0x0301, "\"tls_disable_tlsv1_0=1 tls_disable_tlsv1_1=1 tls_disable_tlsv1_2=0 tls_disable_tlsv1_3=0\""},
        Floor{0x0302, "\"tls_disable_tlsv1_0=1 tls_disable_tlsv1_1=1 tls_disable_tlsv1_2=0 tls_disable_tlsv1_3=0\""},
        Floor{0x0303, "\"tls_disable_tlsv1_0=1 tls_disable_tlsv1_1=1 tls_disable_tlsv1_2=0 tls_disable_tlsv1_3=0\""},
        Floor{0x0304, "\"tls_disable_tlsv1_0=1 tls_disable_tlsv1_1=1 tls_disable_tlsv1_2=1 tls_disable_tlsv1_3=0\""}));

struct Name {
  const char* given;
  const char* told;
};
class F44_Identity : public testing::TestWithParam<Name> {};
TEST_P(F44_Identity, BeginsWithTheProduct) {
  EapProfile profile = tls();
  profile.identity = GetParam().given;
  EXPECT_EQ(eap_identity(profile, here()), GetParam().told);
  EXPECT_EQ(value_of(*supplicant_settings(profile, here()), "identity"), crypto::hex(GetParam().told));
}
INSTANTIATE_TEST_SUITE_P(Rows, F44_Identity,
                         testing::Values(Name{"", "DP-9861-SEP0A1B2C3D4E5F"}, Name{"anna", "DP-9861-anna"},
                                         Name{"DP-9861-anna", "DP-9861-anna"}));

TEST(F41_EapFast, ProvisionsInsideACheckedTunnelAlone) {
  const auto settings = *supplicant_settings(fast(), here());
  EXPECT_EQ(value_of(settings, "eap"), "FAST");
  EXPECT_TRUE(value_of(settings, "phase1").starts_with("\"fast_provisioning=2 "));
  EXPECT_EQ(value_of(settings, "phase2"), "\"auth=MSCHAPV2\"");
  EXPECT_EQ(value_of(settings, "anonymous_identity"), crypto::hex("DP-9861-lab\\phone1"));
  EXPECT_EQ(value_of(settings, "identity"), crypto::hex("lab\\phone1"));
  EXPECT_EQ(value_of(settings, "ca_cert"), crypto::hex("/run/ca"));
  EXPECT_EQ(value_of(settings, "domain_match"), crypto::hex("radius.example"));
}

// A client signature below TLS 1.2 is over MD5 and SHA-1, which the key holder does not make; a password needs none.
TEST(F72_EapFast, GoesBelowWhereThePolicyLetsIt) {
  const auto settings = *supplicant_settings(fast(), here(0x0302));
  EXPECT_EQ(value_of(settings, "phase1"),
            "\"fast_provisioning=2 tls_disable_tlsv1_0=1 tls_disable_tlsv1_1=0 tls_disable_tlsv1_2=0 "
            "tls_disable_tlsv1_3=1\"");
  EXPECT_TRUE(value_of(settings, "openssl_ciphers").ends_with(":AES128-SHA@SECLEVEL=0\""));
}

struct SuitesRow {
  const char* name;
  tls::Policy policy;
  const char* suites;
  const char* phase1;
};
class F3_F25_EapSuites_Table : public testing::TestWithParam<SuitesRow> {};
TEST_P(F3_F25_EapSuites_Table, AreWhatThePolicyLeaves) {
  EapEnvironment around = here();
  around.tls = GetParam().policy;
  const auto settings = supplicant_settings(tls(), around);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(value_of(*settings, "openssl_ciphers"), GetParam().suites);
  EXPECT_EQ(value_of(*settings, "phase1"), GetParam().phase1);
}
constexpr char kGcm[] =
    "\"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-"
    "SHA256@SECLEVEL=2\"";
constexpr char kGcm256[] = "\"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384@SECLEVEL=2\"";
constexpr char kFrom12[] =
    "\"tls_disable_tlsv1_0=1 tls_disable_tlsv1_1=1 tls_disable_tlsv1_2=0 tls_disable_tlsv1_3=0\"";
constexpr char kOnly12[] =
    "\"tls_disable_tlsv1_0=1 tls_disable_tlsv1_1=1 tls_disable_tlsv1_2=0 tls_disable_tlsv1_3=1\"";
INSTANTIATE_TEST_SUITE_P(Rows, F3_F25_EapSuites_Table,
                         testing::Values(SuitesRow{"default", {}, kGcm, kFrom12},
                                         SuitesRow{"FIPS", {.fips = true}, kGcm, kFrom12},
                                         SuitesRow{"AES-256 alone", {.switched_off = 0x30}, kGcm256, kOnly12}));

// Servers of EAP-FAST have the suites of its RFC and often no other.
TEST(F41_EapFast, HasTheSuitesOfItsRfcUnlessAes128IsSwitchedOff) {
  EXPECT_TRUE(value_of(*supplicant_settings(fast(), here()), "openssl_ciphers")
                  .ends_with(":DHE-RSA-AES128-SHA:AES128-SHA@SECLEVEL=2\""));
  EapEnvironment strong = here();
  strong.tls.switched_off = 1U << 4 | 1U << 5;
  EXPECT_EQ(value_of(*supplicant_settings(fast(), strong), "openssl_ciphers"), kGcm256);
}

TEST(F3_EapInFips, IsRefusedByNameWhereItWouldNotBeApproved) {
  const auto why = [](const EapProfile& profile, const tls::Policy& policy) {
    EapEnvironment around = here();
    around.tls = policy;
    const auto settings = supplicant_settings(profile, around);
    return settings.ok() ? std::string() : std::string(settings.status().message());
  };
  EXPECT_EQ(why(fast(), {.fips = true}), "EAP-FAST is not allowed in FIPS mode: it is built on SHA-1 and MSCHAPv2");
  EXPECT_EQ(why(tls(), {.client_minimum = 0x0301, .fips = true}),
            "no TLS for EAP: TLS 1.0 is not allowed in FIPS mode");
  EXPECT_EQ(why(tls(), {.client_minimum = 0x0304, .switched_off = 0x30}),
            "the policy requires TLS 1.3 and disables cipher suites, which EAP with TLS 1.3 cannot honour");
}

TEST(EapProfile, EverySettingFitsOneRequest) {
  EapProfile profile = fast();
  profile.identity = std::string(253, 'x');
  for (const auto& command : configure(Medium::kWire, *supplicant_settings(profile, here())))
    EXPECT_LT(command.text.size(), 8192U);
}

struct Own {
  const char* name;
  EapCertificate wanted;
  std::vector<OwnCertificate> installed;
  AccessCause cause;  // kNone: `kind` is chosen
  EapCertificate kind = EapCertificate::kMic;
};
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
OwnCertificate valid(EapCertificate kind) { return {kind, {"x"}, kNow - absl::Hours(1), kNow + absl::Hours(1)}; }
OwnCertificate past(EapCertificate kind) { return {kind, {"x"}, kNow - absl::Hours(2), kNow - absl::Hours(1)}; }
OwnCertificate future(EapCertificate kind) { return {kind, {"x"}, kNow + absl::Hours(1), kNow + absl::Hours(2)}; }
class F41_OwnCertificate : public testing::TestWithParam<Own> {};
TEST_P(F41_OwnCertificate, IsCheckedBeforeAnythingIsSent) {
  const auto chosen = choose_own(GetParam().wanted, wired_kinds(), GetParam().installed, kNow);
  if (GetParam().cause == AccessCause::kNone) {
    ASSERT_TRUE(std::holds_alternative<OwnCertificate>(chosen));
    EXPECT_EQ(std::get<OwnCertificate>(chosen).kind, GetParam().kind);
  } else {
    ASSERT_TRUE(std::holds_alternative<NoCertificate>(chosen));
    EXPECT_EQ(std::get<NoCertificate>(chosen).cause, GetParam().cause);
  }
}
constexpr auto kBest = EapCertificate::kBest, kMic = EapCertificate::kMic, kLsc = EapCertificate::kLsc;
INSTANTIATE_TEST_SUITE_P(
    Rows, F41_OwnCertificate,
    testing::Values(Own{"LSC before MIC", kBest, {valid(kMic), valid(kLsc)}, AccessCause::kNone, kLsc},
                    Own{"MIC alone", kBest, {valid(kMic)}, AccessCause::kNone, kMic},
                    Own{"MIC when the LSC has ended", kBest, {valid(kMic), past(kLsc)}, AccessCause::kNone, kMic},
                    Own{"MIC by order", kMic, {valid(kMic), valid(kLsc)}, AccessCause::kNone, kMic},
                    Own{"LSC by order, ended", kLsc, {valid(kMic), past(kLsc)}, AccessCause::kOwnExpired},
                    Own{"LSC by order, none", kLsc, {valid(kMic)}, AccessCause::kNoCertificate},
                    Own{"a clock that is behind", kMic, {future(kMic)}, AccessCause::kOwnNotYetValid},
                    Own{"nothing", kBest, {}, AccessCause::kNoCertificate}));

TEST(F41_OwnCertificate_Shown, NamesTheKindEvenWhereTheCertificateCannotBeRead) {
  EXPECT_EQ(text_of({.kind = EapCertificate::kLsc, .chain = {"no DER"}, .not_before = {}, .not_after = {}}), "LSC");
}

}  // namespace
}  // namespace phone::network
