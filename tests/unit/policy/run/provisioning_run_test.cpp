// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/provisioning_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/policy/run/schedule.hpp"
#include "tests/unit/policy/run/run_bench.hpp"

namespace phone::policy {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

using namespace runs;

struct F9_SignedByDefault : Bench {};
struct F10_EncryptedConfiguration : Bench {};
struct F12_MixedModeRound : Bench {};
struct F14_Lsc : Bench {};
struct F16_RefusedFile : Bench {};
struct F16_NoFile : Bench {};
struct F87_Release : Bench {};
struct F99_Round : Bench {};
struct F32_TftpFromItl : Bench {};

TEST_F(F9_SignedByDefault, ListsComeFirstThenTheSignedFile) {
  serve(kSgn, {full()});
  const auto result = run();
  EXPECT_EQ(result.end, RunOutcome::kComplete) << result.failure;
  EXPECT_THAT(files.asked, ElementsAre("srv/CTL" + kName + ".tlv", "srv/ITL" + kName + ".tlv", "srv/" + kSgn));
  EXPECT_THAT(alarms, ElementsAre(4U));
  EXPECT_THAT(trust.verified, ElementsAre(kSgn));
  EXPECT_TRUE(partials.empty());
}

TEST_F(F9_SignedByDefault, GenericListIsTakenWhenThereIsNoneOfOurName) {
  files.servers["srv"].erase("ITL" + kName + ".tlv");
  serve("ITLFile.tlv", {"itl"});
  serve(kSgn, {full()});
  EXPECT_EQ(run().end, RunOutcome::kComplete);
  ASSERT_EQ(trust.offered.at(0).size(), 2U);
  EXPECT_EQ(trust.offered[0][0].name, "CTL" + kName + ".tlv");
  EXPECT_EQ(trust.offered[0][1].name, "ITLFile.tlv");
}

TEST_F(F9_SignedByDefault, UnsignedFileIsAskedForOnlyWhenTheListsDoNotRequireSignatures) {
  trust.on_offer.facts.signed_files_required = false;
  serve(kName + ".cnf.xml", {full()});
  EXPECT_EQ(run().end, RunOutcome::kComplete);
  EXPECT_TRUE(trust.verified.empty());
}

TEST_F(F9_SignedByDefault, UnsignedContentUnderASignedNameGoesToTheJudge) {
  trust.verdicts[kSgn] = {.trusted = false, .reason = "not a signed file"};
  serve(kSgn, {full()});
  const auto result = run();
  EXPECT_EQ(result.end, RunOutcome::kFailed);
  EXPECT_THAT(result.failure, HasSubstr("not a signed file"));
}

TEST_F(F9_SignedByDefault, UnsignedContentIsTakenFromAnAuthenticatedServerAlone) {
  trust.on_offer.facts.itl.signer_version = "1.1";
  trust.verdicts[kSgn] = {.trusted = false, .reason = "not a signed file"};
  serve(kSgn, {full()});
  EXPECT_EQ(run().end, RunOutcome::kFailed);
  files.https = true;
  EXPECT_EQ(run().end, RunOutcome::kComplete);
}

TEST_F(F9_SignedByDefault, ServerWhoseFirstListIsRefusedGivesNoConfiguration) {
  trust.on_offer = {.lists = {{.ctl = false, .accepted = false, .reason = "bad signature"}}, .alarm = 6, .facts = {}};
  files.servers["srv"].erase("CTL" + kName + ".tlv");
  serve(kName + ".cnf.xml", {full("")});
  const auto result = run();
  EXPECT_EQ(result.end, RunOutcome::kFailed);
  EXPECT_THAT(result.failure, HasSubstr("bad signature"));
  EXPECT_THAT(alarms, ElementsAre(6U));
}

TEST_F(F16_NoFile, OfAnOptionalListIsAnOutcomeAndTheRunGoesOn) {
  files.unserved = {{"srv/CTL" + kName + ".tlv", "status 403 Forbidden"},
                    {"srv/ITL" + kName + ".tlv", "status 301 Moved"}};
  files.servers["srv"]["ITLFile.tlv"] = {"itl"};
  serve(kSgn, {full()});
  const auto result = run();
  EXPECT_EQ(result.end, RunOutcome::kComplete) << result.failure;
  ASSERT_EQ(trust.offered.size(), 1U);
  EXPECT_EQ(trust.offered[0].at(0).name, "ITLFile.tlv");
  EXPECT_TRUE(std::any_of(result.files.begin(), result.files.end(), [](const FileReport& file) {
    return file.state == FileState::kAbsent && file.reason.find("403 Forbidden") != std::string::npos;
  })) << "the server's words are kept";
}

TEST_F(F16_NoFile, OfEveryListLeavesTheServerAndItsConfiguration) {
  trust.on_offer.facts = {};
  for (const std::string& list :
       std::vector<std::string>{"CTL" + kName + ".tlv", "ITL" + kName + ".tlv", "ITLFile.tlv"})
    files.unserved["srv/" + list] = "status 500 Oops";
  serve(kName + ".cnf.xml", {full("")});
  const auto result = run();
  EXPECT_EQ(result.failure.find("no provisioning server"), std::string::npos) << result.failure;
  EXPECT_EQ(result.server, "srv");
}

TEST_F(F16_NoFile, OfTheConfigurationIsToldInTheServersWords) {
  files.unserved = {{"srv/" + kSgn, "TFTP: Access violation"}};
  const auto result = run();
  EXPECT_EQ(result.end, RunOutcome::kFailed);
  EXPECT_THAT(result.failure, HasSubstr("Access violation"));
}

TEST_F(F16_NoFile, AnotherServerMayHaveWhatTheFirstDoesNotGive) {
  files.unserved = {{"first/" + kSgn, "status 401 Unauthorized"}};
  files.servers["first"] = files.servers["srv"];
  serve(kSgn, {full()});
  const auto result = run({.servers = {"first", "srv"}});
  EXPECT_EQ(result.end, RunOutcome::kComplete) << result.failure;
  EXPECT_EQ(result.server, "srv");
}

TEST_F(F32_TftpFromItl, ServersOfTheItlAreAskedAfterThoseOfTheNetwork) {
  trust.held = trust.on_offer.facts;
  trust.held.tftp_servers = {"cucm-pub.lab", "srv"};
  trust.on_offer.facts.tftp_servers = trust.held.tftp_servers;
  serve(kSgn, {full()});
  const auto result = run({.servers = {"10.0.0.9"}});
  EXPECT_EQ(result.end, RunOutcome::kComplete) << result.failure;
  EXPECT_EQ(result.server, "srv") << "the first of them that answers";
}

TEST_F(F32_TftpFromItl, NothingIsTakenFromAServerTwice) {
  trust.on_offer.facts.tftp_servers = {"srv", "srv"};
  serve(kSgn, {full()});
  EXPECT_EQ(run().end, RunOutcome::kComplete);
  EXPECT_EQ(std::count(files.asked.begin(), files.asked.end(), "srv/" + kSgn), 1);
}

TEST_F(F87_Release, IsAskedForWhenAListInForceIsRefusedAndTheNewListsAreOfferedAgain) {
  trust.held = trust.on_offer.facts;
  trust.after_release = trust.on_offer;
  trust.on_offer.lists = {{.ctl = true, .accepted = false, .reason = "is no SAST"},
                          {.ctl = false, .accepted = false, .reason = "is no SAST"}};
  trust.on_offer.alarm = 9;
  trust.after_release.alarm = 4;
  serve(kName + ".release.sgn", {"good release"});
  serve(kSgn, {full()});
  EXPECT_EQ(run().end, RunOutcome::kComplete);
  EXPECT_THAT(trust.releases, ElementsAre("good release"));
  EXPECT_EQ(trust.offered.size(), 2U);
  EXPECT_EQ(trust.offered[0], trust.offered[1]);
  EXPECT_THAT(alarms, ElementsAre(4U)) << "what was refused before the release is no news";
}

TEST_F(F87_Release, ThatIsRefusedChangesNothing) {
  trust.held = trust.on_offer.facts;
  trust.on_offer.lists = {{.ctl = false, .accepted = false, .reason = "is no SAST"}};
  trust.on_offer.alarm = 8;
  serve(kName + ".release.sgn", {"somebody's release"});
  serve(kSgn, {full()});
  const auto result = run();
  EXPECT_EQ(trust.offered.size(), 1U);
  EXPECT_THAT(alarms, ElementsAre(8U));
  EXPECT_TRUE(std::any_of(result.files.begin(), result.files.end(), [](const FileReport& file) {
    return file.name == kName + ".release.sgn" && file.state == FileState::kRefused && !file.reason.empty();
  }));
}

TEST_F(F87_Release, IsNotAskedForWhileNothingIsRefusedOrNothingIsHeld) {
  serve(kSgn, {full()});
  serve(kName + ".release.sgn", {"good release"});
  EXPECT_EQ(run().end, RunOutcome::kComplete);
  trust.held = {};
  trust.on_offer = {.lists = {{.ctl = false, .accepted = false, .reason = "bad signature"}}, .alarm = 6, .facts = {}};
  EXPECT_EQ(run().end, RunOutcome::kFailed);
  EXPECT_TRUE(trust.releases.empty());
}

TEST_F(F10_EncryptedConfiguration, PartialFileEnrolsThenFetchesAndOpensTheEncryptedOne) {
  certificates.after_enrolment = {"aa11", "cc33"};
  certificates.keys = {kKey};
  trust.verdicts[kEnc] =
      encrypted(full("<deviceSecurityMode>3</deviceSecurityMode><capfAuthMode>0</capfAuthMode>"
                     "<encrConfig>true</encrConfig><certHash>cc33</certHash>"));
  serve(kSgn, {partial("", 2), partial("cc33", 0)});
  serve(kEnc, {"x"});
  const auto result = run();
  EXPECT_EQ(result.end, RunOutcome::kComplete) << result.failure;
  EXPECT_TRUE(result.encrypted);
  EXPECT_FALSE(result.configuration->encrypted_file_wanted || !result.configuration->cert_hash.empty())
      << "they are about the file, and not stored: the same file would be another one after a restart";
  ASSERT_EQ(certificates.orders.size(), 1U);
  EXPECT_EQ(certificates.orders[0].mode, CapfAuthMode::kNullString);
  EXPECT_EQ(certificates.orders[0].servers.at(0).address, "10.0.0.2");
  EXPECT_EQ(certificates.patiences.at(0), enrolment_patience(certificates.orders[0].servers.size()));
  ASSERT_EQ(partials.size(), 1U);
  EXPECT_FALSE(partials[0].full);
  EXPECT_THAT(trust.verified, ElementsAre(kSgn, kSgn, kEnc));
}

TEST_F(F10_EncryptedConfiguration, OnceKnownItIsAskedForFirst) {
  certificates.keys = {kKey};
  trust.verdicts[kEnc] = encrypted(full());
  serve(kEnc, {"x"});
  const auto result = run({.servers = {"srv"}, .encrypted_before = true});
  EXPECT_EQ(result.end, RunOutcome::kComplete) << result.failure;
  EXPECT_THAT(trust.verified, ElementsAre(kEnc));
}

RunInput after(const std::string& mode, bool encrypted = true) {
  RunInput input{.servers = {"srv"}, .encrypted_before = encrypted};
  input.in_force = parse_configuration(full(mode)).value();
  return input;
}
constexpr char kMode3[] = "<deviceSecurityMode>3</deviceSecurityMode>";
constexpr char kMode1[] = "<deviceSecurityMode>1</deviceSecurityMode>";

TEST_F(F99_Round, WhatIsReadAndCompleteIsJudgedOnceMoreAndWhatItLowersIsSaid) {
  serve(kSgn, {full(kMode1)});
  const auto result = run(after(kMode3));
  EXPECT_EQ(result.end, RunOutcome::kComplete) << result.failure;
  EXPECT_EQ(trust.forced, (std::vector<std::pair<std::string, std::string>>{{kSgn, full(kMode1)}}));
  EXPECT_EQ(result.lowered, (std::vector<Downgrade>{{"security mode", "encrypted", "non-secure"},
                                                    {"SIP transport", "TLS", "TCP"},
                                                    {"encrypted configuration file", "required", "not required"}}));
  EXPECT_EQ(result.source, (Source{kSgn, "CN=tftp", "2026-11-24 06:00:00 UTC"}));
}

TEST_F(F99_Round, AnOldPlainFileDoesNotReplaceTheEncryptedOne) {
  trust.on_force = {.trusted = false, .reason = "older than the newest accepted one"};
  serve(kSgn, {full(kMode1)});
  const auto result = run(after(kMode3));
  EXPECT_EQ(result.end, RunOutcome::kFailed);
  EXPECT_THAT(result.failure, HasSubstr(kSgn + " was refused: older than the newest accepted one"));
  EXPECT_FALSE(result.configuration.has_value());
  EXPECT_EQ(result.files.back().state, FileState::kRefused);
}

TEST_F(F99_Round, OfOneSecondTheStricterStays) {
  trust.on_force.same_second = true;
  serve(kSgn, {full(kMode1)});
  auto result = run(after(kMode3));
  EXPECT_EQ(result.end, RunOutcome::kFailed);
  EXPECT_THAT(result.failure, HasSubstr("signed in the same second as the one in force"));
  result = run(after(kMode1, false));
  EXPECT_EQ(result.end, RunOutcome::kComplete) << result.failure;
}

TEST_F(F99_Round, TheEncryptedFileIsJudgedOnceMoreTooAndAPartialOneIsNot) {
  certificates.keys = {kKey};
  trust.verdicts[kEnc] = encrypted(full());
  serve(kSgn, {partial("aa11", 0)});
  serve(kEnc, {"as it came"});
  EXPECT_EQ(run().end, RunOutcome::kComplete);
  EXPECT_EQ(trust.forced, (std::vector<std::pair<std::string, std::string>>{{kEnc, "as it came"}}));
}

TEST_F(F10_EncryptedConfiguration, SwitchedOffAgainFallsBackToTheSignedFile) {
  serve(kSgn, {full()});
  const auto result = run({.servers = {"srv"}, .encrypted_before = true});
  EXPECT_EQ(result.end, RunOutcome::kComplete) << result.failure;
  EXPECT_FALSE(result.encrypted);
}

TEST_F(F10_EncryptedConfiguration, WrongKeyLeadsToCapfWithItsReasonAndThenGivesUp) {
  trust.verdicts[kEnc] = encrypted(full());
  serve(kSgn, {partial("aa11", 0)});
  serve(kEnc, {"x"});
  const auto result = run();
  EXPECT_EQ(result.end, RunOutcome::kFailed);
  ASSERT_EQ(certificates.orders.size(), 1U);
  EXPECT_EQ(certificates.orders[0].reason,
            "signature accepted; the encrypted file could not be decrypted: it is for another key");
  EXPECT_EQ(certificates.orders[0].mode, CapfAuthMode::kLsc);
  EXPECT_EQ(certificates.unwraps, 2);
  EXPECT_FALSE(result.configuration);
}

TEST_F(F10_EncryptedConfiguration, GarbageKeyIsCaughtByTheDigest) {
  certificates.keys = {std::string(16, 'z')};
  trust.verdicts[kEnc] = encrypted(full());
  serve(kEnc, {"x"});
  const auto result = run({.servers = {"srv"}, .encrypted_before = true});
  EXPECT_EQ(result.end, RunOutcome::kFailed);
  EXPECT_THAT(result.files.at(2).reason, HasSubstr("digest"));
}

TEST_F(F10_EncryptedConfiguration, SignatureIsJudgedBeforeAnythingIsUnwrapped) {
  certificates.keys = {kKey};
  trust.verdicts[kEnc] = {.trusted = false, .reason = "bad signature"};
  serve(kEnc, {"x"});
  const auto result = run({.servers = {"srv"}, .encrypted_before = true});
  EXPECT_EQ(result.end, RunOutcome::kFailed);
  EXPECT_EQ(certificates.unwraps, 0);
  EXPECT_THAT(result.failure, HasSubstr("bad signature"));
}

TEST_F(F10_EncryptedConfiguration, CapfModeOneWaitsForTheUser) {
  serve(kSgn, {partial("", 1)});
  const auto result = run();
  EXPECT_EQ(result.end, RunOutcome::kAwaitUser);
  EXPECT_TRUE(certificates.orders.empty());
  EXPECT_EQ(partials.size(), 1U);
}

TEST_F(F14_Lsc, FailedEnrolmentIsSaidAndNothingIsUsed) {
  certificates.end = {.good = false, .text = "the CAPF server refused the string"};
  serve(kSgn, {partial("", 2)});
  const auto result = run();
  EXPECT_EQ(result.end, RunOutcome::kFailed);
  EXPECT_THAT(result.failure, HasSubstr("CAPF enrolment to correct this failed"));
  EXPECT_EQ(certificates.orders.size(), 1U);
}

TEST_F(F12_MixedModeRound, SecureDeviceWithoutCtlIsRefused) {
  trust.on_offer.facts.mixed_mode = false;
  serve(kSgn, {full()});
  const auto result = run();
  EXPECT_EQ(result.end, RunOutcome::kFailed);
  EXPECT_THAT(result.failure, HasSubstr("no CTL is installed"));
}

TEST_F(F12_MixedModeRound, WithoutACtlTheConfigurationMayAllowItAndThatIsARemark) {
  trust.on_offer.facts.mixed_mode = false;
  serve(kSgn, {full("<deviceSecurityMode>3</deviceSecurityMode><vendorConfig><secureModeWithoutCtl>1"
                    "</secureModeWithoutCtl></vendorConfig>")});
  const auto result = run();
  ASSERT_EQ(result.end, RunOutcome::kComplete) << result.failure;
  EXPECT_EQ(result.configuration->security_mode, SecurityMode::kEncrypted);
  EXPECT_THAT(result.remarks.sentences, Contains(HasSubstr("known by the ITL and TVS alone")));
}

TEST_F(F16_RefusedFile, RefusedFileEndsTheRoundWithoutAConfiguration) {
  trust.verdicts[kSgn] = {.trusted = false, .reason = "signed by a stranger"};
  serve(kSgn, {full()});
  const auto result = run();
  EXPECT_EQ(result.end, RunOutcome::kFailed);
  EXPECT_FALSE(result.configuration);
  EXPECT_EQ(result.files.back().state, FileState::kRefused);
  EXPECT_EQ(result.files.back().reason, "signed by a stranger");
}

TEST_F(F16_RefusedFile, SecondServerIsAskedWhenTheFirstIsGone) {
  serve(kSgn, {full()});
  const auto result = run({.servers = {"dead", "srv"}});
  EXPECT_EQ(result.end, RunOutcome::kComplete) << result.failure;
  EXPECT_EQ(result.server, "srv");
  EXPECT_EQ(trust.offered.at(0).at(0).server, "srv");
}

TEST_F(F16_RefusedFile, NobodyThereIsSaid) {
  const auto result = run({.servers = {"dead"}});
  EXPECT_EQ(result.end, RunOutcome::kFailed);
  EXPECT_THAT(result.failure, HasSubstr("no provisioning server can be reached"));
}

TEST_F(F16_RefusedFile, SilentTrustStoreEndsTheRound) {
  trust.reachable = false;
  EXPECT_EQ(run().end, RunOutcome::kFailed);
  EXPECT_TRUE(files.asked.empty());
}

TEST_F(F16_RefusedFile, CancelledRoundSaysSo) {
  cancelled = true;
  serve(kSgn, {full()});
  EXPECT_EQ(run().end, RunOutcome::kCancelled);
}

}  // namespace
}  // namespace phone::policy
