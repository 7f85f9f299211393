// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/status/security_settings.hpp"

#include <gtest/gtest.h>
#include <optional>
#include <string>

namespace phone::gateway {
namespace {

using namespace phone::policy::v1;
using phone::signaling::v1::SignalingState;

struct Row {
  const char* what;
  SecurityMode configured;
  std::optional<std::string> suite;  // of the active registration; empty string: no TLS; absent: not registered
  const char* in_force;
};

class F46_SecuritySettings : public testing::TestWithParam<Row> {};

TEST_P(F46_SecuritySettings, ModeIsWhatTheConnectionDoes) {
  const Row& row = GetParam();
  SignalingState state;
  if (row.suite) {
    auto* registration = state.add_registration();
    registration->set_active(true);
    registration->set_state(phone::signaling::v1::REGISTRATION_STATE_REGISTERED);
    registration->set_cipher_suite(*row.suite);
    if (!row.suite->empty()) registration->set_tls_version("TLSv1.2");
  }
  EXPECT_EQ(security_mode_in_force(row.configured, &state), row.in_force) << row.what;
}

INSTANTIATE_TEST_SUITE_P(
    Table, F46_SecuritySettings,
    testing::Values(
        Row{"encrypted as configured", SECURITY_MODE_ENCRYPTED, "TLS_AES_256_GCM_SHA384", "Encrypted"},
        Row{"a NULL suite only authenticates", SECURITY_MODE_ENCRYPTED, "TLS_RSA_WITH_NULL_SHA", "Authenticated"},
        Row{"OpenSSL's name of it", SECURITY_MODE_ENCRYPTED, "NULL-SHA", "Authenticated"},
        Row{"no TLS, whatever was configured", SECURITY_MODE_ENCRYPTED, "", "Non Secure"},
        Row{"a better suite promises no more than the mode", SECURITY_MODE_AUTHENTICATED, "AES256-GCM",
            "Authenticated"},
        Row{"not registered: what any connection must be", SECURITY_MODE_ENCRYPTED, std::nullopt, "Encrypted"},
        Row{"nonsecure", SECURITY_MODE_NONSECURE, "", "Non Secure"},
        Row{"policy unknown", SECURITY_MODE_UNSPECIFIED, "TLS_AES_128_GCM_SHA256", "Encrypted"},
        Row{"nothing known", SECURITY_MODE_UNSPECIFIED, std::nullopt, ""}));

TEST(F46_SecuritySettings_Table, StandbyServerDoesNotSpeakForThePhone) {
  SignalingState state;
  auto* standby = state.add_registration();
  standby->set_state(phone::signaling::v1::REGISTRATION_STATE_STANDBY);
  EXPECT_EQ(security_mode_in_force(SECURITY_MODE_ENCRYPTED, &state), "Encrypted");
}

TEST(F33_SecuritySetupMenu, SignaturesAreThoseOfTheListsInForce) {
  phone::trust::v1::TrustLists lists;
  lists.mutable_itl()->set_installed(true);
  lists.mutable_itl()->set_sha1("8a1f");
  lists.set_signed_files_required(true);
  const auto settings = security_in_force({.trust = &lists});
  EXPECT_EQ(settings.itl_signature(), "8a1f");
  EXPECT_EQ(settings.ctl_signature(), "Not installed");
  EXPECT_TRUE(settings.signed_files_required());
}

TEST(F33_SecuritySetupMenu, LscIsInstalledWhenThereIsOne) {
  phone::certificates::v1::CertificateState state;
  state.add_certificate()->set_kind(phone::certificates::v1::CERTIFICATE_KIND_MIC);
  EXPECT_EQ(security_in_force({.certificates = &state}).lsc(), "Not installed");
  state.add_certificate()->set_kind(phone::certificates::v1::CERTIFICATE_KIND_LSC);
  EXPECT_EQ(security_in_force({.certificates = &state}).lsc(), "Installed");
}

TEST(F33_SecuritySetupMenu, NoAnswerIsNotNo) {
  const auto settings = security_in_force({});
  EXPECT_EQ(settings.lsc(), "");
  EXPECT_EQ(settings.itl_signature(), "");
  EXPECT_EQ(settings.tls_minimum(), "");
}

// F98: a script that asks for --json sees the difference.
TEST(F98_UnknownApartFromFalse, SwitchesAreAbsentUntilTheirServiceHasAnswered) {
  const auto unknown = security_in_force({});
  EXPECT_FALSE(unknown.has_fips() || unknown.has_web_access() || unknown.has_signed_files_required());
  const PolicyFacts policy;
  const phone::trust::v1::TrustLists lists;
  const auto off = security_in_force({.policy = &policy, .trust = &lists});
  EXPECT_TRUE(off.has_fips() && off.has_signed_files_required());
  EXPECT_FALSE(off.fips() || off.signed_files_required());
}

TEST(F72_DoorTls, FollowsTheEffectivePolicy) {
  phone::policy::v1::EffectivePolicy policy;
  EXPECT_EQ(facts_of(policy).tls, tls::Policy{});
  policy.set_tls_minimum(0x0302);
  policy.set_tls_server_minimum(0x0304);
  policy.set_fips(true);
  policy.add_tls_cipher_disabled(7);
  const PolicyFacts facts = facts_of(policy);
  EXPECT_EQ(facts.tls,
            (tls::Policy{
                .client_minimum = tls::kTls11, .server_minimum = tls::kTls13, .fips = true, .switched_off = 1U << 7}));
  EXPECT_EQ(security_in_force({.policy = &facts}).tls_server_minimum(), "TLS 1.3");
}

TEST(F33_SecuritySetupMenu, TlsMinimumReadsAsPeopleSayIt) {
  const PolicyFacts policy{.fips = true, .tls_minimum = 0x0303, .tls_server_minimum = 0x0304};
  const auto settings = security_in_force({.policy = &policy});
  EXPECT_EQ(settings.tls_minimum(), "TLS 1.2");
  EXPECT_EQ(settings.tls_server_minimum(), "TLS 1.3");
  EXPECT_TRUE(settings.fips());
  EXPECT_EQ(tls_version_name(0x0304), "TLS 1.3");
  EXPECT_EQ(tls_version_name(7), "");
}

}  // namespace
}  // namespace phone::gateway
