// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F9: a phone that the call manager does not know registers by the file for unknown phones; a known one never takes it.
#include <gmock/gmock.h>

#include "tests/unit/policy/run/run_bench.hpp"

namespace phone::policy {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using namespace runs;

struct F9_UnknownPhone : Bench {
  static std::string default_file(const std::string& more = "") {
    return "<Default><callManagerGroup><members><member priority=\"0\"><callManager><processNodeName>10.0.0.9"
           "</processNodeName></callManager></member></members></callManagerGroup>" +
           more + "</Default>";
  }
};

TEST_F(F9_UnknownPhone, RegistersByTheSignedFileForUnknownPhones) {
  serve("XMLDefault.cnf.xml.sgn", {default_file("<autoRegistrationName>Auto</autoRegistrationName>")});
  const auto result = run();
  ASSERT_EQ(result.end, RunOutcome::kComplete) << result.failure;
  EXPECT_TRUE(result.configuration->auto_registration);
  EXPECT_EQ(result.configuration->call_managers.at(0).address, "10.0.0.9");
  EXPECT_EQ(result.configuration->lines.at(0).directory_number, "Auto");
  EXPECT_EQ(result.configuration->security_mode, SecurityMode::kNonsecure);
  EXPECT_THAT(result.remarks.sentences, Contains(HasSubstr("does not know this phone")));
  // Its own file is taken as soon as there is one.
  serve(kSgn, {full()});
  const auto known = run({.servers = {"srv"}, .encrypted_before = false, .tls = {}, .in_force = result.configuration});
  ASSERT_EQ(known.end, RunOutcome::kComplete) << known.failure;
  EXPECT_FALSE(known.configuration->auto_registration);
}

TEST_F(F9_UnknownPhone, WithoutANameItRegistersByItsOwn) {
  serve("XMLDefault.cnf.xml.sgn", {default_file()});
  EXPECT_EQ(run().configuration->lines.at(0).directory_number, kName);
}

TEST_F(F9_UnknownPhone, AKnownPhoneNeverTakesIt) {
  serve("XMLDefault.cnf.xml.sgn", {default_file()});
  for (const bool encrypted : {false, true}) {
    const auto result =
        run({.servers = {"srv"}, .encrypted_before = encrypted, .tls = {}, .in_force = Configuration()});
    EXPECT_EQ(result.end, RunOutcome::kFailed);
    EXPECT_FALSE(result.configuration);
    EXPECT_THAT(path, Not(Contains(RunState::kDefaultFile)));
  }
  // Nor one whose own file is there and cannot be used.
  trust.verdicts[kSgn] = {.trusted = false, .reason = "signed by a stranger"};
  serve(kSgn, {full()});
  EXPECT_EQ(run().end, RunOutcome::kFailed);
  EXPECT_THAT(path, Not(Contains(RunState::kDefaultFile)));
}

TEST_F(F9_UnknownPhone, AFileThatIsRefusedOrForbidsItIsSaid) {
  EXPECT_EQ(run().failure, "the server has no configuration for this phone");
  serve("XMLDefault.cnf.xml.sgn", {default_file("<autoRegistration>false</autoRegistration>")});
  EXPECT_THAT(run().failure, HasSubstr("the call manager registers no phones that it does not know"));
  serve("XMLDefault.cnf.xml.sgn", {full()});
  EXPECT_THAT(run().failure, HasSubstr("the root element is not <Default>"));
  trust.verdicts["XMLDefault.cnf.xml.sgn"] = {.trusted = false, .reason = "signed by a stranger"};
  EXPECT_THAT(run().failure, HasSubstr("was refused: signed by a stranger"));
}

}  // namespace
}  // namespace phone::policy
