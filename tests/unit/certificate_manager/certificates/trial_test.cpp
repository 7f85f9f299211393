// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F86: what a registration says about an LSC on trial.
#include "services/certificate_manager/certificates/trial.hpp"

#include <gtest/gtest.h>

namespace phone::certificates {
namespace {

struct UseRow {
  const char* name;
  const char* on_trial;  // empty: the LSC was deleted
  const char* shown;
  bool held;
  int refusals_before;
  TrialEnd end;
  int refusals;
  friend void PrintTo(const UseRow& row, std::ostream* out) { *out << row.name; }
};

class F86_Trial_Table : public ::testing::TestWithParam<UseRow> {};

TEST_P(F86_Trial_Table, EndsAsTheCallManagersSay) {
  const UseRow& row = GetParam();
  Trial trial{.order = 7, .key = row.on_trial, .before = {}, .refusals = row.refusals_before};
  EXPECT_EQ(judge(trial, row.shown, "mic", row.held), row.end);
  EXPECT_EQ(trial.refusals, row.refusals);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, F86_Trial_Table,
    ::testing::Values(UseRow{"a registration has held", "new", "new", true, 0, TrialEnd::kProven, 0},
                      UseRow{"held after refusals", "new", "new", true, 2, TrialEnd::kProven, 2},
                      UseRow{"one refusal", "new", "new", false, 0, TrialEnd::kGoesOn, 1},
                      UseRow{"the last refusal", "new", "new", false, 2, TrialEnd::kFallBack, 3},
                      UseRow{"the MIC held", "new", "mic", true, 0, TrialEnd::kGoesOn, 0},
                      UseRow{"the old one was refused", "new", "old", false, 2, TrialEnd::kGoesOn, 2},
                      UseRow{"no key", "new", "", true, 0, TrialEnd::kGoesOn, 0},
                      UseRow{"deleted, and the MIC held", "", "mic", true, 0, TrialEnd::kProven, 0},
                      UseRow{"deleted, and the MIC is refused", "", "mic", false, 2, TrialEnd::kFallBack, 3},
                      UseRow{"deleted, and an old connection held", "", "old", true, 0, TrialEnd::kGoesOn, 0},
                      UseRow{"deleted, and no key", "", "", true, 0, TrialEnd::kGoesOn, 0}));

TEST(F86_Trial, RecordIsReadAsItWasWritten) {
  const auto record = parse_trial(trial_text(1700000000123, {"aa", ""}));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->order, 1700000000123U);
  EXPECT_EQ(record->keys, (std::vector<KeyId>{"aa", ""}));
  for (const char* broken :
       {"", "order 1\n", "key a\n", "order x\nkey a\n", "order 1\nkey a", "order 1\norder 2\nkey a\n",
        "order 1\nkey a\nkey b\nkey c\n", "order 99999999999999999999999\nkey a\n", "x\n"}) {
    EXPECT_FALSE(parse_trial(broken)) << broken;
  }
}

TEST(F86_Trial, OnlyWhatSignalingUsesIsTried) {
  for (int purpose = 1; purpose <= 8; ++purpose) {
    const auto of = static_cast<Purpose>(purpose);
    const bool tried =
        of == Purpose::kSipTls || of == Purpose::kCapfProof || of == Purpose::kFileUnwrap || of == Purpose::kScep;
    EXPECT_EQ(wants_settled(of), !tried) << name_of(of);
  }
}

}  // namespace
}  // namespace phone::certificates
