// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/provisioning_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "tests/unit/policy/fakes.hpp"

namespace phone::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kName = "SEP0A1B2C3D4E5F";
const std::string kSgn = kName + ".cnf.xml.sgn";
const std::string kEnc = kName + ".cnf.xml.enc.sgn";
const std::string kKey(16, 'k');

std::string full(const std::string& more = "<deviceSecurityMode>3</deviceSecurityMode>") {
  return "<device><fullConfig>true</fullConfig><devicePool><callManagerGroup><members><member "
         "priority=\"0\"><callManager>"
         "<processNodeName>10.0.0.1</processNodeName></callManager></member></members></callManagerGroup></"
         "devicePool>" +
         more + "</device>";
}

std::string partial(const std::string& hash, int mode) {
  return "<device><fullConfig>False</fullConfig><capfAuthMode>" + std::to_string(mode) +
         "</capfAuthMode><capfList><capf><phonePort>3804</phonePort><processNodeName>10.0.0.2</processNodeName></"
         "capf></capfList><certHash>" +
         hash + "</certHash><encrConfig>true</encrConfig></device>";
}

FileVerdict encrypted(const std::string& plain) {
  const std::string iv(16, 'i');
  const std::size_t pad = 16 - plain.size() % 16;
  const std::string padded = plain + std::string(pad, '\x0d');
  std::string cipher(padded.size(), '\0');
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  int written = 0;
  EVP_EncryptInit_ex(context, EVP_aes_128_cbc(), nullptr, reinterpret_cast<const unsigned char*>(kKey.data()),
                     reinterpret_cast<const unsigned char*>(iv.data()));
  EVP_CIPHER_CTX_set_padding(context, 0);
  EVP_EncryptUpdate(context, reinterpret_cast<unsigned char*>(cipher.data()), &written,
                    reinterpret_cast<const unsigned char*>(padded.data()), static_cast<int>(padded.size()));
  EVP_CIPHER_CTX_free(context);
  std::string digest(20, '\0');
  unsigned size = 0;
  EVP_Digest(plain.data(), plain.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sha1(), nullptr);
  return {.trusted = true,
          .body = cipher,
          .encryption = Encryption{.iv = iv,
                                   .padding_length = static_cast<std::uint32_t>(pad),
                                   .wrapped_key = std::string(256, 'w'),
                                   .key_bits = 2048,
                                   .digest = "SHA1",
                                   .plaintext_digest = digest}};
}

struct Bench : testing::Test {
  Bench() {
    trust.on_offer = {.alarm = 4,
                      .facts = {.ctl = {.installed = true, .sha1 = "01"},
                                .itl = {.installed = true, .sha1 = "02", .signer_version = "1.0"},
                                .signed_files_required = true,
                                .mixed_mode = true}};
    files.servers["srv"]["CTL" + kName + ".tlv"] = {"ctl"};
    files.servers["srv"]["ITL" + kName + ".tlv"] = {"itl"};
  }
  RunResult run(RunInput input = {.servers = {"srv"}}) {
    const RunDelegate observer{
        .doing = [](std::string) {},
        .file = [](const FileReport&) {},
        .alarm = [this](const Alarm& alarm) { alarms.push_back(alarm.code); },
        .partial = [this](const Configuration& file, const std::string&) { partials.push_back(file); },
        .entered =
            [this](RunState from, RunState to, std::string_view cause) {
              EXPECT_EQ(from, path.back());
              EXPECT_FALSE(cause.empty());
              path.push_back(to);
            }};
    path = {RunState::kIdentifying};
    return ProvisioningRun(trust, certificates, files, observer, cancelled).run(input);
  }
  void serve(const std::string& name, std::vector<std::string> contents) {
    files.servers["srv"][name] = std::move(contents);
  }

  fakes::Trust trust;
  fakes::Certificates certificates;
  fakes::Files files;
  std::atomic<bool> cancelled{false};
  std::vector<std::uint32_t> alarms;
  std::vector<Configuration> partials;
  std::vector<RunState> path;
};

struct F9_SignedByDefault : Bench {};
struct F10_EncryptedConfiguration : Bench {};
struct F12_MixedModeRound : Bench {};
struct F14_Lsc : Bench {};
struct F16_RefusedFile : Bench {};
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
  trust.verdicts[kEnc] = encrypted(full("<deviceSecurityMode>3</deviceSecurityMode><capfAuthMode>0</capfAuthMode>"));
  serve(kSgn, {partial("", 2), partial("cc33", 0)});
  serve(kEnc, {"x"});
  const auto result = run();
  EXPECT_EQ(result.end, RunOutcome::kComplete) << result.failure;
  EXPECT_TRUE(result.encrypted);
  ASSERT_EQ(certificates.orders.size(), 1U);
  EXPECT_EQ(certificates.orders[0].mode, CapfAuthMode::kNullString);
  EXPECT_EQ(certificates.orders[0].servers.at(0).address, "10.0.0.2");
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

// The way of a run through its states, by what the phone's peers and servers answer.
struct RunPath {
  const char* name;
  std::function<void(Bench&)> given;
  bool encrypted_before = false;
  std::vector<RunState> path;
  RunOutcome end = RunOutcome::kFailed;
};

class F99_RunStates : public Bench, public testing::WithParamInterface<RunPath> {};

TEST_P(F99_RunStates, AreEnteredInOrder) {
  GetParam().given(*this);
  const auto result = run({.servers = {"srv"}, .encrypted_before = GetParam().encrypted_before});
  EXPECT_EQ(path, GetParam().path) << result.failure;
  EXPECT_EQ(result.end, GetParam().end) << result.failure;
}

constexpr RunState kIdentifying = RunState::kIdentifying, kLists = RunState::kOfferingLists,
                   kSigned = RunState::kSignedFile, kEncrypted = RunState::kEncryptedFile,
                   kEnrolling = RunState::kEnrolling, kEnded = RunState::kEnded;

INSTANTIATE_TEST_SUITE_P(
    Table, F99_RunStates,
    testing::Values(
        RunPath{.name = "NoDeviceName",
                .given = [](Bench& bench) { bench.certificates.held.device_name.clear(); },
                .path = {kIdentifying, kEnded}},
        RunPath{.name = "TrustStoreSilent",
                .given = [](Bench& bench) { bench.trust.reachable = false; },
                .path = {kIdentifying, kLists, kEnded}},
        RunPath{.name = "NoServer",
                .given = [](Bench& bench) { bench.files.servers.clear(); },
                .path = {kIdentifying, kLists, kEnded}},
        RunPath{.name = "CancelledBeforeTheLists",
                .given = [](Bench& bench) { bench.cancelled = true; },
                .path = {kIdentifying, kLists, kEnded},
                .end = RunOutcome::kCancelled},
        RunPath{.name = "CancelledBetweenFiles",
                .given = [](Bench& bench) { bench.trust.at_offer = [&bench] { bench.cancelled = true; }; },
                .path = {kIdentifying, kLists, kSigned, kEnded},
                .end = RunOutcome::kCancelled},
        RunPath{.name = "SignedFileComplete",
                .given = [](Bench& bench) { bench.serve(kSgn, {full()}); },
                .path = {kIdentifying, kLists, kSigned, kEnded},
                .end = RunOutcome::kComplete},
        RunPath{.name = "NoConfiguration", .given = [](Bench&) {}, .path = {kIdentifying, kLists, kSigned, kEnded}},
        RunPath{.name = "UserAwaited",
                .given = [](Bench& bench) { bench.serve(kSgn, {partial("", 1)}); },
                .path = {kIdentifying, kLists, kSigned, kEnded},
                .end = RunOutcome::kAwaitUser},
        RunPath{.name = "EncryptedFirstThenSwitchedOff",
                .given = [](Bench& bench) { bench.serve(kSgn, {full()}); },
                .encrypted_before = true,
                .path = {kIdentifying, kLists, kEncrypted, kSigned, kEnded},
                .end = RunOutcome::kComplete},
        RunPath{.name = "EncryptedAnnouncedAndAbsentTwice",
                .given = [](Bench& bench) { bench.serve(kSgn, {partial("aa11", 0)}); },
                .path = {kIdentifying, kLists, kSigned, kEncrypted, kSigned, kEncrypted, kEnded}},
        RunPath{.name = "EnrolledThenEncrypted",
                .given =
                    [](Bench& bench) {
                      bench.certificates.after_enrolment = {"aa11", "cc33"};
                      bench.certificates.keys = {kKey};
                      bench.trust.verdicts[kEnc] = encrypted(full());
                      bench.serve(kSgn, {partial("", 2), partial("cc33", 0)});
                      bench.serve(kEnc, {"x"});
                    },
                .path = {kIdentifying, kLists, kSigned, kEnrolling, kSigned, kEncrypted, kEnded},
                .end = RunOutcome::kComplete},
        RunPath{.name = "WrongKeyEnrolsOnce",
                .given =
                    [](Bench& bench) {
                      bench.trust.verdicts[kEnc] = encrypted(full());
                      bench.serve(kSgn, {partial("aa11", 0)});
                      bench.serve(kEnc, {"x"});
                    },
                .path = {kIdentifying, kLists, kSigned, kEncrypted, kSigned, kEnrolling, kSigned, kEncrypted, kSigned,
                         kEnded}}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace phone::policy
