// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F80, F47-F50: what the lock means, row by row.
#include <gtest/gtest.h>

#include <string_view>

#include "services/signaling/call/call_security.hpp"

namespace phone::signaling {
namespace {

using Level = SecurityLevel;
using Fact = MediaFact;

struct Row {
  const char* name;
  const char* suite;
  Fact transmit, receive;
  Level far_end;
  Level level;
  Icon icon;
  const char* weakest;
  SecurityReason reason;
};

class F80_CallSecurity_Table : public testing::TestWithParam<Row> {};

TEST_P(F80_CallSecurity_Table, IsAsStrongAsItsWeakestPart) {
  const Row& row = GetParam();
  CallSecurity security = judge_security({true, row.suite, row.transmit, row.receive, row.far_end, false});
  EXPECT_EQ(security.level, row.level);
  EXPECT_EQ(security.icon, row.icon);
  EXPECT_EQ(security.weakest_part, row.weakest);
  EXPECT_EQ(security.reason_code, row.reason);
  // The sentence claims protection for the lock only.
  EXPECT_EQ(std::string_view(sentence_of(security.reason_code)).starts_with("Nobody"), row.icon == Icon::kLock);
}

constexpr const char* kTls = "TLS_AES_256_GCM_SHA384";
INSTANTIATE_TEST_SUITE_P(
    Rows, F80_CallSecurity_Table,
    testing::Values(Row{"all_encrypted", kTls, Fact::kEncrypted, Fact::kEncrypted, Level::kEncrypted, Level::kEncrypted,
                        Icon::kLock, "", SecurityReason::kToCallManager},
                    Row{"held", kTls, Fact::kHeld, Fact::kHeld, Level::kEncrypted, Level::kEncrypted, Icon::kLock, "",
                        SecurityReason::kToCallManager},
                    Row{"far_end_authenticated", kTls, Fact::kEncrypted, Fact::kEncrypted, Level::kAuthenticated,
                        Level::kAuthenticated, Icon::kShield, "far end", SecurityReason::kFarEndAuthenticated},
                    Row{"far_end_nonsecure", kTls, Fact::kEncrypted, Fact::kEncrypted, Level::kNotAuthenticated,
                        Level::kNotAuthenticated, Icon::kNone, "far end", SecurityReason::kFarEndOpen},
                    Row{"far_end_silent", kTls, Fact::kEncrypted, Fact::kEncrypted, Level::kUnknown, Level::kUnknown,
                        Icon::kNone, "far end", SecurityReason::kFarEndUnknown},
                    Row{"clear_receive", kTls, Fact::kEncrypted, Fact::kClear, Level::kEncrypted, Level::kAuthenticated,
                        Icon::kShield, "media receive", SecurityReason::kReceiveOpen},
                    Row{"clear_transmit", kTls, Fact::kClear, Fact::kEncrypted, Level::kEncrypted,
                        Level::kAuthenticated, Icon::kShield, "media transmit", SecurityReason::kTransmitOpen},
                    Row{"no_packet", kTls, Fact::kEncrypted, Fact::kNoPacketYet, Level::kEncrypted, Level::kUnknown,
                        Icon::kNone, "media receive", SecurityReason::kReceiveNothing},
                    Row{"null_cipher", "NULL-SHA", Fact::kEncrypted, Fact::kEncrypted, Level::kEncrypted,
                        Level::kAuthenticated, Icon::kShield, "signalling", SecurityReason::kSignalingNotEncrypted},
                    Row{"no_tls", "", Fact::kEncrypted, Fact::kEncrypted, Level::kEncrypted, Level::kNotAuthenticated,
                        Icon::kNone, "signalling", SecurityReason::kSignalingOpen}),
    [](const auto& info) { return info.param.name; });

TEST(F49_LockToCallManager_Table, OnlyACallManagerThatSaysVoipMakesItEndToEnd) {
  SecurityFacts facts{true, kTls, Fact::kEncrypted, Fact::kEncrypted, Level::kEncrypted, false};
  EXPECT_TRUE(judge_security(facts).to_call_manager_only);
  facts.far_end_is_voip = true;
  EXPECT_FALSE(judge_security(facts).to_call_manager_only);
  EXPECT_EQ(judge_security(facts).reason_code, SecurityReason::kEndToEnd);
}

TEST(F48_ServerIcon_Table, FollowsTheSuiteInUse) {
  EXPECT_EQ(level_of_suite(kTls), Level::kEncrypted);
  EXPECT_EQ(level_of_suite("NULL-SHA256"), Level::kAuthenticated);
  EXPECT_EQ(level_of_suite(""), Level::kNotAuthenticated);
}

TEST(F47_SecureIcon_Table, WithoutTlsTheCallManagersWordCountsForNothing) {
  CallSecurity security = judge_security({true, "", Fact::kEncrypted, Fact::kEncrypted, Level::kEncrypted, true});
  EXPECT_EQ(security.far_end, Level::kNotAuthenticated);
}

TEST(F47_SecureIcon_Table, ThereIsNoLockWhileTheCallManagerIsLost) {
  const CallSecurity security =
      judge_security({false, kTls, Fact::kEncrypted, Fact::kEncrypted, Level::kEncrypted, true});
  EXPECT_EQ(security.icon, Icon::kNone);
  EXPECT_EQ(security.level, Level::kUnknown);
  EXPECT_EQ(security.reason_code, SecurityReason::kNoConnection);
}

TEST(F50_IndicationTone_Table, ProtectedPhonesAloneAtTheStartAndAtEveryChange) {
  CallSecurity secure, open;
  secure.level = Level::kEncrypted;
  open.level = Level::kNotAuthenticated;
  EXPECT_EQ(indication({false, true, true, true, Indication::kNone}, secure), Indication::kNone);
  EXPECT_EQ(indication({true, false, true, true, Indication::kNone}, secure), Indication::kNone) << "two settings";
  EXPECT_EQ(indication({true, false, true, true, Indication::kNone}, open), Indication::kNone);
  EXPECT_EQ(indication({true, true, false, true, Indication::kNone}, secure), Indication::kNone);
  EXPECT_EQ(indication({true, true, true, false, Indication::kNone}, open), Indication::kNone);
  EXPECT_EQ(indication({true, true, true, true, Indication::kNone}, open), Indication::kNonsecure);
  EXPECT_EQ(indication({true, true, true, false, Indication::kNone}, secure), Indication::kSecure);
  EXPECT_EQ(indication({true, true, true, true, Indication::kSecure}, secure), Indication::kNone);
  EXPECT_EQ(indication({true, true, true, true, Indication::kSecure}, open), Indication::kNonsecure);
  EXPECT_EQ(indication({true, true, true, true, Indication::kNonsecure}, secure), Indication::kSecure);
}

}  // namespace
}  // namespace phone::signaling
