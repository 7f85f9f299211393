// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Who may listen: the article's tables of conferences, Meet-Me, barge and protected phones, row by row.
#include "services/signaling/feature/sharing_rules.hpp"

#include <gtest/gtest.h>

namespace phone::signaling {
namespace {

using Level = SecurityLevel;
using Shared = SharedFeature;

constexpr Level kSecure = Level::kEncrypted, kNonsecure = Level::kNotAuthenticated, kUnknown = Level::kUnknown;

struct Row {
  const char* name;
  SharingFacts facts;
  bool allowed;
  Bridge bridge;
  Level level;
  bool reorder = false;
  const char* words = "";
};

class F51_F52_F53_F55_F56_F57_Sharing_Table : public testing::TestWithParam<Row> {};

TEST_P(F51_F52_F53_F55_F56_F57_Sharing_Table, IsAsTheArticleSays) {
  const Row& row = GetParam();
  const SharingOutcome outcome = judge_sharing(row.facts);
  EXPECT_EQ(outcome.allowed, row.allowed);
  EXPECT_EQ(outcome.bridge, row.bridge);
  EXPECT_EQ(outcome.level, row.level);
  EXPECT_EQ(outcome.reorder, row.reorder);
  EXPECT_EQ(outcome.words, row.words);
}

constexpr char kTooLow[] = "Does not meet Security Level, call rejected";
constexpr char kNoConference[] = "this phone is protected: conferences are not available on it";
constexpr char kNoSharing[] = "this phone is protected: shared lines are not available on it";

INSTANTIATE_TEST_SUITE_P(Rows, F51_F52_F53_F55_F56_F57_Sharing_Table,
                         testing::Values(Row{"conference_nonsecure_initiator_secure_participants",
                                             {Shared::kConference, false, kNonsecure, kSecure, {}},
                                             true,
                                             Bridge::kNonsecure,
                                             kNonsecure},
                                         Row{"conference_secure_initiator_one_nonsecure_member",
                                             {Shared::kConference, false, kSecure, kNonsecure, {}},
                                             true,
                                             Bridge::kSecure,
                                             kNonsecure},
                                         Row{"conference_all_secure",
                                             {Shared::kConference, false, kSecure, kSecure, {}},
                                             true,
                                             Bridge::kSecure,
                                             kSecure},
                                         Row{"meet_me_nonsecure_initiator_minimum_encrypted",
                                             {Shared::kMeetMe, false, kNonsecure, kUnknown, kSecure},
                                             false,
                                             Bridge::kNone,
                                             kUnknown,
                                             true,
                                             kTooLow},
                                         Row{"meet_me_secure_initiator_minimum_nonsecure",
                                             {Shared::kMeetMe, false, kSecure, kNonsecure, kNonsecure},
                                             true,
                                             Bridge::kSecure,
                                             kNonsecure},
                                         Row{"meet_me_secure_initiator_minimum_encrypted",
                                             {Shared::kMeetMe, false, kSecure, kSecure, kSecure},
                                             true,
                                             Bridge::kSecure,
                                             kSecure},
                                         Row{"barge_nonsecure_into_encrypted",
                                             {Shared::kBarge, false, kNonsecure, kSecure, {}},
                                             false,
                                             Bridge::kNone,
                                             kUnknown,
                                             true,
                                             "the call is encrypted and this phone is not configured for encryption"},
                                         Row{"barge_authenticated_into_encrypted",
                                             {Shared::kBarge, false, Level::kAuthenticated, kSecure, {}},
                                             false,
                                             Bridge::kNone,
                                             kUnknown,
                                             true,
                                             "the call is encrypted and this phone is not configured for encryption"},
                                         Row{"barge_encrypted_into_nonsecure",
                                             {Shared::kBarge, false, kSecure, kNonsecure, {}},
                                             true,
                                             Bridge::kSecure,
                                             kNonsecure},
                                         Row{"barge_encrypted_into_encrypted",
                                             {Shared::kBarge, false, kSecure, kSecure, {}},
                                             true,
                                             Bridge::kSecure,
                                             kSecure},
                                         Row{"protected_conference",
                                             {Shared::kConference, true, kSecure, kSecure, {}},
                                             false,
                                             Bridge::kNone,
                                             kUnknown,
                                             false,
                                             kNoConference},
                                         Row{"protected_shared_line",
                                             {Shared::kSharedLine, true, kSecure, kUnknown, {}},
                                             false,
                                             Bridge::kNone,
                                             kUnknown,
                                             false,
                                             kNoSharing},
                                         Row{"protected_barge",
                                             {Shared::kBarge, true, kSecure, kSecure, {}},
                                             false,
                                             Bridge::kNone,
                                             kUnknown,
                                             false,
                                             kNoSharing},
                                         Row{"protected_extension_mobility",
                                             {Shared::kExtensionMobility, true, kSecure, kUnknown, {}},
                                             false,
                                             Bridge::kNone,
                                             kUnknown,
                                             false,
                                             "this phone is protected: Extension Mobility is not available on it"},
                                         Row{"protected_meet_me_is_a_call",
                                             {Shared::kMeetMe, true, kSecure, kSecure, {}},
                                             true,
                                             Bridge::kSecure,
                                             kSecure}),
                         [](const auto& info) { return info.param.name; });

TEST(F52_ConferenceSentence_Table, SaysHowSecureItCanBeAndWhy) {
  const auto said = [](SharingFacts facts) { return sentence_of(facts, judge_sharing(facts)); };
  EXPECT_EQ(said({Shared::kConference, false, kSecure, kSecure, {}}), "the call will be encrypted");
  EXPECT_EQ(said({Shared::kConference, false, kSecure, kNonsecure, {}}),
            "the call will not be secure: not every participant is better protected");
  EXPECT_EQ(said({Shared::kConference, false, kNonsecure, kSecure, {}}),
            "the call will not be secure: this phone is no better protected");
  EXPECT_EQ(said({Shared::kConference, false, kNonsecure, kNonsecure, {}}),
            "the call will not be secure: this phone is no better protected");
  EXPECT_EQ(said({Shared::kConference, false, kSecure, kUnknown, {}}), "") << "nobody can say";
  EXPECT_EQ(said({Shared::kConference, true, kSecure, kSecure, {}}), "") << "it will not be";
}

}  // namespace
}  // namespace phone::signaling
