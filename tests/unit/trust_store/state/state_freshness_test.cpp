// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Nothing that was signed once and is old now is taken (F99): files and lists as the trust store judges them, over
// restarts, damaged flash and a cluster restored from a backup.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/trust_store/lists/release.hpp"
#include "services/trust_store/storage/marks_file.hpp"
#include "tests/unit/trust_store/state/state_freshness_fixture.hpp"

namespace phone::trust {
namespace {

using namespace freshness;  // NOLINT(google-build-using-namespace)
using testing::HasSubstr;
using testing::Not;

TEST_F(F99_TrustKeeper, AnOldConfigurationIsRefusedByItsDateAndStaysSoAfterARestart) {
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted);
  for (int restarts = 0; restarts < 2; ++restarts) {
    const FileVerdict verdict = judge(kPlain, file_of(kOld, "<device>mode 1</device>"));
    EXPECT_FALSE(verdict.trusted);
    EXPECT_FALSE(verdict.file.has_value());
    EXPECT_THAT(verdict.reason, HasSubstr("older than the newest accepted one: signed 2024-01-01 00:00:00 UTC"));
    EXPECT_THAT(verdict.reason, HasSubstr("phonectl trust allow-older SEP0A1B2C3D4E5F.cnf.xml.sgn"));
    phone_.restart();
  }
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted) << "the bytes in force";
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew + 1, "<device>2</device>")).trusted);
  const Decision& last = *phone_.trust_state().configuration();
  EXPECT_EQ(last.signed_at, kNew + 1);
}

TEST_F(F99_TrustKeeper, AnotherServersOlderSignatureOfTheSameContentIsNoReplay) {
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted);
  EXPECT_TRUE(put_in_force(kPlain, file_of(kOld, "<device/>", kPlain, "ccm-pub")).trusted);
  const FileVerdict between = judge(kPlain, file_of(kNew - 1, "<device>other</device>", kPlain, "ccm-pub"));
  EXPECT_FALSE(between.trusted) << "nor does it lower the mark";
  EXPECT_THAT(between.reason, HasSubstr("older than"));
}

TEST_F(F99_TrustKeeper, TheDemandForAnEncryptedFileDoesNotFallByAnOlderPlainOneNobodyHasSeenBefore) {
  EXPECT_TRUE(put_in_force(kEncrypted, encrypted_of(kNew, "<device>mode 3</device>")).trusted);
  EXPECT_TRUE(judge(kPlain, file_of(kNew - 1)).trusted) << "a partial file announces, a second before: as signed";
  const FileVerdict verdict = put_in_force(kPlain, file_of(kOld + 5, "<device>mode 1</device>"));
  EXPECT_FALSE(verdict.trusted);
  Phone other(phone_.directory());  // which never saw the plain one
  FileVerdict forced;
  other.trust_state().file(kPlain, file_of(kNew - 1), true,
                           [&](FileResult result) { forced = std::move(result.verdict); });
  EXPECT_FALSE(forced.trusted);
  EXPECT_THAT(forced.reason, HasSubstr("SEP0A1B2C3D4E5F.cnf.xml of"));
}

TEST_F(F99_TrustKeeper, AnOldEncryptedFileDoesNotReplaceANewerPlainOne) {
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted);
  const FileVerdict verdict = put_in_force(kEncrypted, encrypted_of(kOld, "<device>mode 1</device>"));
  EXPECT_FALSE(verdict.trusted);
  EXPECT_THAT(verdict.reason, HasSubstr("older than"));
}

TEST_F(F99_TrustKeeper, AnEncryptedFileMadeAnewForEachRequestIsTheSame) {
  const std::string body = "<device>mode 3</device>";
  EXPECT_TRUE(put_in_force(kEncrypted, encrypted_of(kNew, body)).trusted);
  EXPECT_TRUE(put_in_force(kEncrypted, encrypted_of(kNew - 100, body)).trusted);
  EXPECT_FALSE(put_in_force(kEncrypted, encrypted_of(kNew - 100, "<device>mode 1</device>")).trusted);
}

TEST_F(F99_TrustKeeper, WithinASecondOtherBytesAreTakenAndSaidToBeOfTheSameSecond) {
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted);
  const FileVerdict verdict = judge(kPlain, file_of(kNew, "<device>other</device>"), true);
  EXPECT_TRUE(verdict.trusted);
  EXPECT_EQ(verdict.aged.age, Age::kSameSecond);
}

TEST_F(F99_TrustKeeper, CommonFilesAreNoExceptionAndOneNameDoesNotBindAnother) {
  for (const std::string name : {"dialplan.xml.sgn", "New_Zealand/g3-tones.xml.sgn", "ringlist.xml.sgn"}) {
    EXPECT_TRUE(judge(name, file_of(kNew, "new", name)).trusted);
    const FileVerdict verdict = judge(name, file_of(kOld, "old", name));
    EXPECT_FALSE(verdict.trusted) << name;
    EXPECT_THAT(verdict.reason, HasSubstr(name + " of 2026-"));
  }
  EXPECT_TRUE(judge("dialrules.xml.sgn", file_of(kOld, "old", "dialrules.xml.sgn")).trusted);
  EXPECT_THAT(judge("ringlist.xml.sgn", file_of(kNew + 9, "x", "dialplan.xml.sgn")).reason,
              HasSubstr("signed for the name \"dialplan.xml.sgn\""))
      << "renamed";
}

TEST_F(F99_TrustKeeper, ARenewedSignerDoesNotBringOldFilesBack) {
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted);
  ASSERT_TRUE(offer(kI, itl_of(kListed + 10, "tftp4096")).accepted);
  EXPECT_FALSE(judge(kPlain, file_of(kOld, "<device>1</device>", kPlain, "ccm-pub")).trusted);
  EXPECT_FALSE(judge(kPlain, file_of(kOld, "<device>1</device>", kPlain, "tftp4096")).trusted);
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew + 1, "<device>2</device>", kPlain, "tftp4096")).trusted);
}

TEST_F(F99_TrustKeeper, AForgedDateIsAForgery) {
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted);
  std::string forged = file_of(kOld, "<device>1</device>");
  const std::string then("\x0f\x00\x04\x65\x92\x00\x80", 7);
  const auto at = forged.find(then);
  ASSERT_NE(at, std::string::npos);
  forged[at + 3] = '\x7f';
  EXPECT_THAT(judge(kPlain, forged).reason, HasSubstr("does not verify"));
  EXPECT_TRUE(judge(kPlain, file_of(kNew + 1, "<device>2</device>")).trusted) << "and marks nothing";
}

TEST_F(F99_TrustKeeper, AFileOfTheFarFutureIsRefusedAndLocksNobodyOut) {
  const FileVerdict verdict = judge(kPlain, file_of(4200000000u));
  EXPECT_FALSE(verdict.trusted);
  EXPECT_THAT(verdict.reason, HasSubstr("dated 2103-"));
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted);
  phone_.now = absl::UnixEpoch();  // no clock: it cannot be told, and the way back is the administrator's
  EXPECT_TRUE(put_in_force(kPlain, file_of(4200000000u, "<device>future</device>")).trusted);
  EXPECT_FALSE(put_in_force(kPlain, file_of(kNew + 9, "<device>2</device>")).trusted);
  EXPECT_TRUE(allow("configuration").allowed);
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew + 9, "<device>2</device>")).trusted);
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew + 10, "<device>3</device>")).trusted) << "and goes on from there";
}

TEST_F(F99_TrustKeeper, TheAdministratorsWordIsRecordedAndUsedUpByOneConfiguration) {
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted);
  const OlderResult act = allow("configuration");
  EXPECT_TRUE(act.allowed);
  EXPECT_EQ(act.name, "SEP0A1B2C3D4E5F.cnf.xml");
  EXPECT_TRUE(told("incident.older_allowed"));
  const auto record = phone_.trust_state().decisions("SEP0A1B2C3D4E5F.cnf.xml", 1).at(0);
  EXPECT_EQ(record.kind, "act");
  EXPECT_THAT(record.reason, HasSubstr("restored from the backup of Friday"));
  const FileVerdict verdict = put_in_force(kPlain, file_of(kOld));
  EXPECT_TRUE(verdict.trusted);
  EXPECT_TRUE(put_in_force(kPlain, file_of(kOld + 1, "<device>restored</device>")).trusted);
  EXPECT_FALSE(put_in_force(kPlain, file_of(kOld - 1, "<device>older still</device>")).trusted) << "used up";
}

TEST_F(F99_TrustKeeper, TheAdministratorsWordHoldsForItsTimeAndItsNameAlone) {
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted);
  const std::string old = file_of(kOld, "<device>old</device>");
  EXPECT_TRUE(allow("ITL").allowed);
  EXPECT_FALSE(judge(kPlain, old).trusted);
  EXPECT_TRUE(allow("configuration").allowed);
  phone_.uptime += absl::Minutes(10);
  phone_.now -= absl::Hours(24 * 365);
  EXPECT_FALSE(judge(kPlain, old).trusted) << "over, and a clock set back does not bring it back";
  phone_.now += absl::Hours(24 * 365);
  EXPECT_TRUE(allow(kPlain, absl::Hours(1000)).until <= phone_.now + absl::Hours(24));
  phone_.restart();
  EXPECT_FALSE(judge(kPlain, old).trusted) << "gone with the process";
}

TEST_F(F99_TrustKeeper, LockedSettingsRefuseTheAct) {
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted);
  phone_.trust_state().apply({.device_name = kDevice, .locked = true});
  const OlderResult act = allow("configuration");
  EXPECT_FALSE(act.allowed);
  EXPECT_THAT(act.reason, HasSubstr("locks this phone's settings"));
  EXPECT_FALSE(judge(kPlain, file_of(kOld, "<device>1</device>")).trusted);
  EXPECT_FALSE(phone_.trust_state().allow_older("configuration", absl::Minutes(1), "").allowed)
      << "nor without a reason";
}

TEST_F(F99_TrustKeeper, AnOlderListIsRefusedAndTheNewerOneStays) {
  const auto before = phone_.state();
  const OfferedVerdict verdict = offer(kI, itl_of(kListed - 1, "tftp4096"));
  EXPECT_FALSE(verdict.accepted);
  EXPECT_THAT(verdict.reason, HasSubstr("older than the newest accepted one"));
  EXPECT_THAT(verdict.reason, HasSubstr("allow-older ITL"));
  EXPECT_EQ(phone_.state(), before);
  const OfferedVerdict same = offer(kI, itl_of(kListed - 1));
  EXPECT_TRUE(same.accepted && same.unchanged) << same.reason;
  EXPECT_EQ(phone_.state(), before) << "another server's older list with the same records changes nothing";
  EXPECT_TRUE(allow("ITL").allowed);
  EXPECT_TRUE(offer(kI, itl_of(kListed - 1, "tftp4096")).accepted);
  EXPECT_TRUE(offer(kI, itl_of(kListed - 1, "tftp")).accepted) << "of the same second";
  EXPECT_FALSE(offer(kI, itl_of(kListed - 2, "tftp4096")).accepted) << "the act was for one";
}

TEST_F(F99_TrustKeeper, AnOlderCtlIsRefusedToo) {
  ASSERT_TRUE(offer(kC, ctl_of(kListed)).accepted);
  EXPECT_THAT(offer(kC, ctl_of(kListed - 1, "itlrecovery2048")).reason, HasSubstr("is not a list signer (SAST)"));
  EXPECT_FALSE(offer(kC, list_of(kC, "itlrecovery", {{lab::Role::kSast, "itlrecovery"}}, kListed - 1)).accepted);
}

TEST_F(F99_TrustKeeper, AnOldRollbackListByTheItlsOwnSignerDoesNotOpenTheDoor) {
  const OfferedVerdict verdict = offer(kI, rollback_of(kOld));
  EXPECT_FALSE(verdict.accepted);
  EXPECT_THAT(verdict.reason, HasSubstr("a rollback list older than"));
  EXPECT_THAT(verdict.reason, HasSubstr("and neither a CTL signer nor TVS vouches for it (TVS: silent)"));
  EXPECT_FALSE(offer(kI, itl_of(kNew, "evil-tftp", "evil-itlrecovery")).accepted);
}

TEST_F(F99_TrustKeeper, AnOldRollbackListThatTvsVouchesForBringsNoFirstUse) {
  const TvsAnswer yes{TvsVerdict::kYes, Phone::certificate("itlrecovery"), "tvs:2445", {}};
  for (const bool restarted : {false, true}) {
    if (restarted) phone_.restart();
    const OfferedVerdict verdict = offer(kI, rollback_of(kOld), yes);
    EXPECT_TRUE(verdict.accepted) << verdict.reason;
    EXPECT_FALSE(offer(kI, itl_of(kNew, "evil-tftp", "evil-itlrecovery")).accepted);
    EXPECT_TRUE(phone_.trust_state().in_force()->itl_outdated);
  }
  EXPECT_TRUE(told("incident.lowered"));
  EXPECT_TRUE(offer(kI, itl_of(kListed + 1)).accepted) << "its own signers lead out of it";
  EXPECT_FALSE(phone_.trust_state().in_force()->itl_outdated);
}

TEST_F(F99_TrustKeeper, AnOldRollbackListOfACtlSignerIsTakenBesideTheCtl) {
  ASSERT_TRUE(offer(kC, ctl_of(kListed)).accepted);
  const OfferedVerdict verdict = offer(kI, rollback_of(kOld));
  EXPECT_TRUE(verdict.accepted);
  EXPECT_THAT(verdict.reason, HasSubstr("accepted because of the CTL"));
  EXPECT_FALSE(offer(kI, itl_of(kNew, "evil-tftp", "evil-itlrecovery")).accepted);
}

TEST_F(F99_TrustKeeper, AFreshRollbackListStillLetsThePhoneMoveAndTellsWhatItLowers) {
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted);
  ASSERT_TRUE(offer(kI, rollback_of(kListed + 1)).accepted);
  EXPECT_TRUE(told("incident.lowered"));
  EXPECT_TRUE(offer(kI, itl_of(kOld, "evil-tftp", "evil-itlrecovery")).accepted) << "another cluster's older list";
  EXPECT_TRUE(put_in_force(kPlain, file_of(kOld, "<device>moved</device>", kPlain, "evil-tftp")).trusted)
      << "nor do the old cluster's marks bind its files";
}

TEST_F(F99_TrustKeeper, AReleaseLiftsTheMarksForOthersAndNotForTheSignerThatWasLeft) {
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted);
  const std::string itl = phone_.trust_state().in_force()->itl->list.bytes;
  EXPECT_TRUE(phone_.release(signed_with("itlrecovery", release_name(kDevice), release_body(kDevice, "", itl)))
                  .verdict.trusted);
  phone_.restart();
  EXPECT_FALSE(told("incident.freshness_lost"));
  EXPECT_FALSE(offer(kI, itl_of(kListed - 1, "tftp4096")).accepted) << "the old cluster's old list, self-signed";
  EXPECT_TRUE(offer(kI, itl_of(kOld, "evil-tftp", "evil-itlrecovery")).accepted);
  EXPECT_TRUE(put_in_force(kPlain, file_of(kOld, "<device>moved</device>", kPlain, "evil-tftp")).trusted);
}

TEST_F(F99_TrustKeeper, ADamagedRecordOfReleasesBringsNoUsedOneBack) {
  const std::string itl = phone_.trust_state().in_force()->itl->list.bytes;
  const std::string release =
      signed_with("itlrecovery", release_name(kDevice), release_body(kDevice, "", itl), lab::Hash::kSha512, kNew);
  EXPECT_TRUE(phone_.release(release).verdict.trusted);
  EXPECT_TRUE(offer(kI, itl).accepted) << "back in the same cluster";
  damage("releases.json");
  phone_.restart();
  const ReleaseResult again = phone_.release(release);
  EXPECT_FALSE(again.verdict.trusted);
  EXPECT_THAT(again.verdict.reason, HasSubstr("the record of used releases is lost"));
  EXPECT_TRUE(phone_.trust_state().in_force()->itl.has_value());
  EXPECT_TRUE(allow(release_name(kDevice)).allowed);
  EXPECT_TRUE(phone_.release(release).verdict.trusted);
}

TEST_F(F99_TrustKeeper, OneDamagedCopyOfTheMarksCostsNothing) {
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted);
  damage("freshness.json");
  phone_.restart();
  EXPECT_TRUE(told("incident.freshness_damaged"));
  EXPECT_FALSE(judge(kPlain, file_of(kNew - 1, "<device>1</device>")).trusted);
  EXPECT_TRUE(judge(kPlain, file_of(kNew)).trusted);
}

TEST_F(F99_TrustKeeper, WithoutAnyMarksTheRecordAndTheListsSayWhatIsOld) {
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted);
  damage("freshness.json");
  std::filesystem::remove(phone_.directory() / "freshness.spare.json");
  for (int restarts = 0; restarts < 2; ++restarts) {
    phone_.restart();
    EXPECT_TRUE(told("incident.freshness_lost"));
    EXPECT_FALSE(judge(kPlain, file_of(kNew - 1, "<device>1</device>")).trusted) << "the record of decisions knows";
    EXPECT_FALSE(judge("ringlist.xml.sgn", file_of(kListed - 1, "x", "ringlist.xml.sgn")).trusted);
    EXPECT_FALSE(offer(kI, itl_of(kListed - 1, "tftp4096")).accepted) << "the list's own bytes";
    EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted) << "the bytes in force";
  }
}

TEST_F(F99_TrustKeeper, WithoutMarksARollbackListInForceBringsNoFirstUse) {
  ASSERT_TRUE(offer(kI, rollback_of(kListed + 1)).accepted);
  for (const char* file : {"freshness.json", "freshness.spare.json"}) damage(file);
  phone_.restart();
  EXPECT_FALSE(offer(kI, itl_of(kNew, "evil-tftp", "evil-itlrecovery")).accepted);
}

TEST_F(F99_TrustKeeper, AFlashThatKeepsNoMarkTakesNoNewFile) {
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted);
  std::filesystem::create_directory(phone_.directory() / "freshness.json.new");
  const FileVerdict verdict = judge(kPlain, file_of(kNew + 1, "<device>2</device>"));
  EXPECT_FALSE(verdict.trusted);
  EXPECT_THAT(verdict.reason, HasSubstr("its signing time could not be saved"));
  EXPECT_TRUE(judge(kPlain, file_of(kNew)).trusted) << "what is kept already needs no writing";
}

TEST_F(F99_TrustKeeper, RefusedFilesWriteNothing) {
  EXPECT_TRUE(put_in_force(kPlain, file_of(kNew)).trusted);
  const auto before = phone_.state();
  judge(kPlain, file_of(kOld, "<device>1</device>"));
  judge(kPlain, file_of(kNew + 5, "<device>1</device>", kPlain, "evil-tftp"));
  EXPECT_EQ(phone_.state(), before);
}

TEST(F99_Factory, APhoneWithoutListsAndMarksBelievesTheFirstHoweverOldItIs) {
  NEEDS_SAMPLES();
  Phone phone;
  phone.restart();
  EXPECT_TRUE(phone.state().empty());
  EXPECT_EQ(phone.offer({{kI, itl_of(kOld), "cucm"}})->alarm, Alarm::kItlInitialSuccess);
  EXPECT_EQ(phone.notices().front().kind, "trust_list.accepted");
}

std::optional<PreviewResult> preview_of(Phone& phone, const std::string& file) {
  const auto result = std::make_shared<std::optional<PreviewResult>>();
  phone.trust_state().preview(file, [result](PreviewResult answer) { *result = std::move(answer); });
  return *result;
}

TEST_F(F99_TrustKeeper, APreviewSaysWhatTheAgeOfAListOrFileComesToAndChangesNothing) {
  EXPECT_TRUE(put_in_force(kEncrypted, encrypted_of(kNew, "<device>mode 3</device>")).trusted);
  const auto before = phone_.state();
  auto list = preview_of(phone_, itl_of(kListed - 1, "tftp4096"));
  EXPECT_FALSE(list->verdict.trusted);
  EXPECT_EQ(list->verdict.aged.newest, kListed);
  EXPECT_EQ(list->alarm, Alarm::kFailedOldItl);
  auto file = preview_of(phone_, file_of(kOld, "<device>mode 1</device>"));
  EXPECT_FALSE(file->kind.has_value());
  EXPECT_FALSE(file->verdict.trusted);
  EXPECT_THAT(file->verdict.reason, HasSubstr("older than"));
  EXPECT_EQ(file->verdict.aged.newest, kNew);
  EXPECT_TRUE(preview_of(phone_, file_of(kNew + 1))->verdict.trusted);
  EXPECT_TRUE(allow("configuration").allowed);
  EXPECT_TRUE(preview_of(phone_, file_of(kOld, "<device>mode 1</device>"))->verdict.allowed);
  EXPECT_EQ(phone_.state(), before);
}

}  // namespace
}  // namespace phone::trust
