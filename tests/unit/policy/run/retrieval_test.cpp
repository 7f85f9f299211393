// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/retrieval.hpp"

#include <gtest/gtest.h>

namespace phone::policy {
namespace {

struct Row {
  const char* name;
  CapfAuthMode mode;
  bool full;
  bool encrypted;
  const char* cert_hash;
  Enrolment enrolment;
  bool decryption_failed;
  Next next;
  CapfAuthMode enrol_mode;
};

class F10_WhatToFetch_Table : public testing::TestWithParam<Row> {};

// Rows read as cisco-formats.md B3; the phone holds one certificate, "aa11".
TEST_P(F10_WhatToFetch_Table, FollowsThePartialFile) {
  const Row& row = GetParam();
  Configuration file;
  file.capf_auth_mode = row.mode;
  file.full = row.full;
  file.encrypted_file_wanted = row.encrypted;
  file.cert_hash = row.cert_hash;
  const Decision decision = decide(
      file, RetrievalContext{
                .certificate_md5 = {"aa11"}, .enrolment = row.enrolment, .decryption_failed = row.decryption_failed});
  EXPECT_EQ(decision.next, row.next) << decision.reason;
  if (row.next == Next::kEnrol) {
    EXPECT_EQ(decision.mode, row.enrol_mode);
  }
  EXPECT_FALSE(decision.reason.empty());
}

constexpr auto kNone = CapfAuthMode::kNone;
constexpr auto kString = CapfAuthMode::kString;
constexpr auto kNull = CapfAuthMode::kNullString;
constexpr auto kLsc = CapfAuthMode::kLsc;
constexpr auto kMic = CapfAuthMode::kMic;
constexpr auto kNot = Enrolment::kNotTried;
constexpr auto kDone = Enrolment::kDone;
constexpr auto kFailed = Enrolment::kFailed;

INSTANTIATE_TEST_SUITE_P(
    Rows, F10_WhatToFetch_Table,
    testing::Values(
        Row{"complete and plain is used", kNone, true, false, "", kNot, false, Next::kUse, kNone},
        Row{"CAPF comes first", kNull, true, false, "", kNot, false, Next::kEnrol, kNull},
        Row{"CAPF with the MIC", kMic, false, true, "aa11", kNot, false, Next::kEnrol, kMic},
        Row{"CAPF once a round", kNull, true, false, "", kDone, false, Next::kUse, kNone},
        Row{"a failed CAPF does not stop a usable file", kLsc, true, false, "", kFailed, false, Next::kUse, kNone},
        Row{"our hash: fetch the encrypted one", kNone, false, true, "aa11", kNot, false, Next::kFetchEncrypted, kNone},
        Row{"hash in capitals", kNone, false, true, "AA11", kNot, false, Next::kFetchEncrypted, kNone},
        Row{"after CAPF", kNull, false, true, "aa11", kDone, false, Next::kFetchEncrypted, kNone},
        Row{"CAPF failed but the hash is ours", kNull, false, true, "aa11", kFailed, false, Next::kFetchEncrypted,
            kNone},
        Row{"another hash: show our certificate", kNone, false, true, "bb22", kNot, false, Next::kEnrol, kLsc},
        Row{"no hash: show our certificate", kNone, false, true, "", kNot, false, Next::kEnrol, kLsc},
        Row{"another hash after CAPF", kNone, false, true, "bb22", kDone, false, Next::kGiveUp, kNone},
        Row{"another hash and CAPF failed", kNone, false, true, "bb22", kFailed, false, Next::kGiveUp, kNone},
        Row{"decrypt failed: CAPF", kNone, false, true, "aa11", kNot, true, Next::kEnrol, kLsc},
        Row{"decrypt failed after CAPF", kNone, false, true, "aa11", kDone, true, Next::kGiveUp, kNone},
        Row{"string: the user is asked", kString, false, true, "", kNot, false, Next::kAwaitUser, kNone},
        Row{"string but the hash is ours", kString, false, true, "aa11", kNot, false, Next::kFetchEncrypted, kNone},
        Row{"string and a usable file", kString, true, false, "", kNot, false, Next::kUse, kNone},
        Row{"partial that promises nothing", kNone, false, false, "", kNot, false, Next::kGiveUp, kNone}),
    [](const auto& info) {
      std::string name;
      for (const char c : std::string(info.param.name)) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
      return name;
    });

TEST(F12_MixedMode, SecureDeviceWithoutCtlIsRefusedWithItsReason) {
  Configuration file;
  file.call_managers.push_back({.address = "cucm"});
  file.security_mode = SecurityMode::kEncrypted;
  EXPECT_EQ(
      refusal_of(file, {.itl = {.installed = true}}),
      "the configuration asks for a secure device (deviceSecurityMode above 1), but no CTL is installed: the call "
      "manager is not in mixed mode");
  EXPECT_EQ(refusal_of(file, {.mixed_mode = true}), "");
  file.security_mode = SecurityMode::kAuthenticated;
  EXPECT_NE(refusal_of(file, {.itl = {.installed = true}}), "");
  file.security_mode = SecurityMode::kNonsecure;
  EXPECT_EQ(refusal_of(file, {}), "");
}

TEST(F12_WithoutCtl, TheConfigurationMayAllowItByTheItlAlone) {
  Configuration file;
  file.call_managers.push_back({.address = "cucm"});
  file.secure_without_ctl = true;
  const TrustFacts itl{.itl = {.installed = true}}, mixed{.ctl = {.installed = true}, .mixed_mode = true};
  for (const auto mode : {SecurityMode::kAuthenticated, SecurityMode::kEncrypted}) {
    file.security_mode = mode;
    EXPECT_EQ(refusal_of(file, itl), "");
    EXPECT_EQ(refusal_of(file, {}),
              "the configuration asks for a secure device (deviceSecurityMode above 1), but no CTL is installed, and "
              "secureModeWithoutCtl needs an ITL");
    EXPECT_NE(lacks_ctl(file, itl).find("known by the ITL and TVS alone"), std::string::npos);
    EXPECT_EQ(refusal_of(file, mixed), "");
    EXPECT_EQ(lacks_ctl(file, mixed), "");
  }
  file.security_mode = SecurityMode::kNonsecure;
  EXPECT_EQ(lacks_ctl(file, itl), "");
}

}  // namespace
}  // namespace phone::policy
