// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F86: an LSC on trial in the owner of keys and certificates, with a real token.
#include "tests/unit/certificate_manager/test_certificate_store.hpp"

namespace phone::certificates {
namespace {

namespace fs = std::filesystem;

class F86_Keeper_Table : public CertificateStoreTest {};

TEST_F(F86_Keeper_Table, TheLscBeforeIsKeptUntilARegistrationHasHeldWithTheNewOne) {
  EXPECT_TRUE(install(enrol()).stored);
  const auto first = for_sip()->key;
  EXPECT_FALSE(report(first, true));
  EXPECT_FALSE(snapshot().trial) << "proven";
  EXPECT_EQ(keys_in_token(), 2U);
  EXPECT_TRUE(install(enrol()).stored);
  const auto second = for_sip()->key;
  EXPECT_NE(second, first);
  ASSERT_TRUE(snapshot().trial && snapshot().trial->before);
  EXPECT_EQ(snapshot().trial->before->key, first);
  EXPECT_EQ(keys_in_token(), 3U);
  report(first, true);  // a connection of before
  EXPECT_TRUE(snapshot().trial);
  EXPECT_TRUE(ask<std::string>(sip_signature("text", first)).ok()) << "a handshake that was begun goes on";
  report(second, true);
  EXPECT_FALSE(snapshot().trial);
  EXPECT_EQ(for_sip()->key, second);
  stop();
  EXPECT_EQ(keys_in_token(), 2U) << "the old key is gone";
  start();
  EXPECT_EQ(for_sip()->key, second);
}

TEST_F(F86_Keeper_Table, RefusedByTheCallManagersTheNewOneGivesWayToTheOneBeforeAlsoOverARestart) {
  EXPECT_TRUE(install(enrol()).stored);
  const auto first = for_sip()->key;
  report(first, true);
  EXPECT_TRUE(install(enrol()).stored);
  const auto second = for_sip()->key;
  EXPECT_FALSE(report(second, false));
  stop();
  start();  // the trial is on flash
  ASSERT_TRUE(snapshot().trial);
  EXPECT_EQ(for_sip()->key, second);
  EXPECT_FALSE(report(second, false));
  EXPECT_FALSE(report(second, false));
  EXPECT_TRUE(report(second, false)) << "another is to be shown";
  EXPECT_EQ(for_sip()->key, first);
  EXPECT_FALSE(snapshot().trial);
  EXPECT_EQ(snapshot().fallen_back,
            "the new LSC was refused by 10.0.0.1 (alert bad certificate): the previous LSC is in use again");
  EXPECT_TRUE(ask<std::string>(sip_signature("text", first)).ok());
  stop();
  EXPECT_EQ(keys_in_token(), 2U);
  start();
  EXPECT_EQ(for_sip()->key, first);
}

TEST_F(F86_Keeper_Table, WithoutAnLscBeforeTheMicComesBack) {
  const auto mic = for_sip()->key;
  EXPECT_TRUE(install(enrol()).stored);
  const auto lsc = for_sip()->key;
  for (int i = 0; i < kMostRefusals; ++i) report(lsc, false);
  EXPECT_EQ(for_sip()->key, mic);
  EXPECT_EQ(snapshot().fallen_back,
            "the new LSC was refused by 10.0.0.1 (alert bad certificate): the MIC is in use again");
  stop();
  start();
  EXPECT_EQ(for_sip()->key, mic);
  EXPECT_EQ(keys_in_token(), 1U);
}

TEST_F(F86_Keeper_Table, ADeletedLscComesBackWhenTheMicAloneIsRefused) {
  EXPECT_TRUE(install(enrol()).stored);
  const auto lsc = for_sip()->key;
  report(lsc, true);
  const auto order = enrol();
  EXPECT_TRUE(ask<DeleteCertificateAnswer>(DeleteCertificateRequest{order, Kind::kLsc})->deleted);
  const auto mic = for_sip()->key;
  EXPECT_NE(mic, lsc);
  stop();
  start();
  EXPECT_EQ(for_sip()->key, mic);
  ASSERT_TRUE(snapshot().trial);
  for (int i = 0; i < kMostRefusals; ++i) report(mic, false);
  EXPECT_EQ(for_sip()->key, lsc);
  // And is gone for good when it holds.
  EXPECT_TRUE(ask<DeleteCertificateAnswer>(DeleteCertificateRequest{enrol(), Kind::kLsc})->deleted);
  report(mic, true);
  EXPECT_FALSE(snapshot().trial);
  stop();
  EXPECT_EQ(keys_in_token(), 1U);
  start();
  EXPECT_EQ(for_sip()->key, mic);
}

// Every state of flash that a power cut can leave between the three writes of a change.
TEST_F(F86_Keeper_Table, APowerCutLeavesTheOldOneOrTheNewOneOnTrial) {
  EXPECT_TRUE(install(enrol()).stored);
  const auto first = for_sip()->key;
  report(first, true);
  const auto file = [](const fs::path& path) { return flash::read(path, 1 << 20).value_or(""); };
  const std::string old_lsc = file(chain_file(state_, Kind::kLsc));
  EXPECT_TRUE(install(enrol()).stored);
  const auto second = for_sip()->key;
  const std::string before = file(before_file(state_)), record = file(trial_file(state_)),
                    new_lsc = file(chain_file(state_, Kind::kLsc));
  ASSERT_FALSE(before.empty() || record.empty());
  // The cut came before the certificate: the record fits nothing, and what is there was proven.
  stop();
  ASSERT_TRUE(flash::write(chain_file(state_, Kind::kLsc), old_lsc).ok());
  start();
  EXPECT_EQ(for_sip()->key, first);
  EXPECT_FALSE(snapshot().trial);
  EXPECT_FALSE(fs::exists(trial_file(state_)) || fs::exists(before_file(state_)));
  // Only the copy was written.
  stop();
  ASSERT_TRUE(flash::write(before_file(state_), before).ok());
  start();
  EXPECT_EQ(for_sip()->key, first);
  EXPECT_FALSE(fs::exists(before_file(state_)));
}

TEST_F(F86_Keeper_Table, AnLscOnTrialThatFlashHasSpoiltGivesWayToTheOneBefore) {
  EXPECT_TRUE(install(enrol()).stored);
  const auto first = for_sip()->key;
  report(first, true);
  EXPECT_TRUE(install(enrol()).stored);
  stop();
  ASSERT_TRUE(flash::write(chain_file(state_, Kind::kLsc), "spoilt").ok());
  start();
  EXPECT_EQ(for_sip()->key, first);
  ASSERT_FALSE(problems_.empty());
  EXPECT_NE(problems_.back().find("the previous one is in use again"), std::string::npos);
  stop();
  start();
  EXPECT_EQ(for_sip()->key, first);
  EXPECT_TRUE(problems_.empty());
}

TEST_F(F86_Keeper_Table, AnotherChangeDuringATrialKeepsWhatWasProven) {
  EXPECT_TRUE(install(enrol()).stored);
  const auto first = for_sip()->key;
  report(first, true);
  EXPECT_TRUE(install(enrol()).stored);
  EXPECT_TRUE(install(enrol()).stored);
  const auto third = for_sip()->key;
  ASSERT_TRUE(snapshot().trial && snapshot().trial->before);
  EXPECT_EQ(snapshot().trial->before->key, first);
  for (int i = 0; i < kMostRefusals; ++i) report(third, false);
  EXPECT_EQ(for_sip()->key, first);
  stop();
  EXPECT_EQ(keys_in_token(), 2U);
  start();
}

TEST_F(F86_Keeper_Table, TheNetworkIsEnteredWithWhatHasServedUntilTheNewOneIsProven) {
  const auto mic = for_eap()->key;
  caf::anon_send(certificate_store_, PolicyChanged{.kept = {.registers_by_tls = true}});
  EXPECT_TRUE(install(enrol()).stored);
  const auto lsc = for_sip()->key;
  EXPECT_EQ(for_eap()->key, mic);
  stop();
  start();
  EXPECT_EQ(for_eap()->key, mic) << "that registrations are by TLS is kept";
  report(lsc, true);
  EXPECT_EQ(for_eap()->key, lsc);
}

TEST_F(F86_Keeper_Table, WhereNoRegistrationCanProveItTheNewOneServesAtOnce) {
  EXPECT_TRUE(install(enrol()).stored);
  EXPECT_EQ(for_eap()->key, for_sip()->key);
}

}  // namespace
}  // namespace phone::certificates
