// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Rows read like the tables of cisco-formats.md A4 and A5, and like the article's table of trust list alarms.
#include "services/trust_store/lists/trust_update.hpp"

#include <gtest/gtest.h>

#include <string>

namespace phone::trust {
namespace {

constexpr HeldLists kNothing{};
constexpr HeldLists kItl{.itl = true};
constexpr HeldLists kCtl{.ctl = true};
constexpr HeldLists kBoth{.ctl = true, .itl = true};
constexpr HeldLists kRollback{.itl = true, .itl_is_rollback = true};
constexpr HeldLists kCtlAndRollback{.ctl = true, .itl = true, .itl_is_rollback = true};

struct DecisionRow {
  std::string name;
  HeldLists held;
  Evidence evidence;
  Update want;
};
void PrintTo(const DecisionRow& row, std::ostream* out) { *out << row.name; }

class F9_TrustDecision_Table : public testing::TestWithParam<DecisionRow> {};

TEST_P(F9_TrustDecision_Table, Row) { EXPECT_EQ(decide(GetParam().held, GetParam().evidence), GetParam().want); }

const DecisionRow kDecisions[] = {
    {"first list signed by itself is believed", kNothing, {.by_itself = true}, Update::kBelieved},
    {"first list signed by a stranger is not", kNothing, {}, Update::kRefused},
    {"first list is not believed on TVS's word: nobody vouches for TVS",
     kNothing,
     {.tvs = TvsVerdict::kYes},
     Update::kRefused},
    {"unsound list is refused even as the first", kNothing, {.sound = false, .by_itself = true}, Update::kRefused},
    {"the same bytes change nothing", kBoth, {.identical = true}, Update::kUnchanged},
    {"signer of the ITL in force may replace a list", kItl, {.by_itself = true, .by_itl = true}, Update::kVouchedByItl},
    {"signer of the CTL in force may replace a list", kCtl, {.by_ctl = true}, Update::kVouchedByCtl},
    {"CTL vouches for the ITL", kCtl, {.by_ctl = true}, Update::kVouchedByCtl},
    {"either list's signer will do", kBoth, {.by_itl = true}, Update::kVouchedByItl},
    {"a list in force ends belief: self-signed needs TVS", kItl, {.by_itself = true}, Update::kAskTvs},
    {"a CTL in force ends belief too", kCtl, {.by_itself = true}, Update::kAskTvs},
    {"TVS says yes", kItl, {.by_itself = true, .tvs = TvsVerdict::kYes}, Update::kVouchedByTvs},
    {"TVS says no or nothing", kItl, {.by_itself = true, .tvs = TvsVerdict::kNo}, Update::kRefused},
    {"unsound list is refused without asking TVS", kBoth, {.sound = false}, Update::kRefused},
    {"after a rollback list any self-signed list is believed", kRollback, {.by_itself = true}, Update::kBelieved},
    {"after a rollback list its own signer still counts", kRollback, {.by_itl = true}, Update::kVouchedByItl},
    {"a rollback ITL does not blank the CTL", kCtlAndRollback, {.by_itself = true}, Update::kAskTvs},
};
INSTANTIATE_TEST_SUITE_P(Rows, F9_TrustDecision_Table, testing::ValuesIn(kDecisions));

struct AlarmRow {
  std::string name;
  HeldLists before;
  Outcome ctl, itl;
  Alarm want;
};
void PrintTo(const AlarmRow& row, std::ostream* out) { *out << row.name; }

class F29_TrustListAlarm_Table : public testing::TestWithParam<AlarmRow> {};

TEST_P(F29_TrustListAlarm_Table, Row) {
  EXPECT_EQ(alarm_of(GetParam().before, GetParam().ctl, GetParam().itl), GetParam().want);
}

constexpr Outcome kAbsent = Outcome::kNotOffered, kSame = Outcome::kUnchanged, kNew = Outcome::kAccepted,
                  kBad = Outcome::kRefused, kLost = Outcome::kNotStored;

const AlarmRow kAlarms[] = {
    // before, CTL, ITL
    {"1 received new CTL", kBoth, kNew, kSame, Alarm::kSuccess},
    {"1 received new ITL", kBoth, kAbsent, kNew, Alarm::kSuccess},
    {"1 received new CTL and ITL", kBoth, kNew, kNew, Alarm::kSuccess},
    {"1 first CTL beside an ITL is an update", kItl, kNew, kSame, Alarm::kSuccess},
    {"1 first ITL beside a CTL is an update", kCtl, kAbsent, kNew, Alarm::kSuccess},
    {"1 new list after a rollback list", kRollback, kAbsent, kNew, Alarm::kSuccess},
    {"2 received new CTL, no existing TL", kNothing, kNew, kAbsent, Alarm::kCtlInitialSuccess},
    {"3 received new ITL, no existing TL", kNothing, kAbsent, kNew, Alarm::kItlInitialSuccess},
    {"4 received new CTL and ITL, no existing TL", kNothing, kNew, kNew, Alarm::kInitialSuccess},
    {"5 new CTL failed, previous CTL", kCtl, kBad, kAbsent, Alarm::kFailedOldCtl},
    {"5 new CTL failed, previous both", kBoth, kBad, kSame, Alarm::kFailedOldCtl},
    {"5 new CTL failed, previous ITL alone", kItl, kBad, kAbsent, Alarm::kFailedOldCtl},
    {"5 new CTL failed though the ITL succeeded", kBoth, kBad, kNew, Alarm::kFailedOldCtl},
    {"6 new ITL failed, no old TL", kNothing, kAbsent, kBad, Alarm::kFailedNoList},
    {"6 new CTL failed, no old TL", kNothing, kBad, kAbsent, Alarm::kFailedNoList},
    {"6 both failed, no old TL", kNothing, kBad, kBad, Alarm::kFailedNoList},
    {"7 CTL believed, ITL refused, no old TL", kNothing, kNew, kBad, Alarm::kFailed},
    {"7 ITL believed, CTL refused, no old TL", kNothing, kBad, kNew, Alarm::kFailed},
    {"7 good list that flash would not take", kBoth, kAbsent, kLost, Alarm::kFailed},
    {"8 new ITL failed, previous ITL", kItl, kAbsent, kBad, Alarm::kFailedOldItl},
    {"8 new ITL failed though the CTL succeeded", kBoth, kNew, kBad, Alarm::kFailedOldItl},
    {"8 new ITL failed, CTL unchanged", kBoth, kSame, kBad, Alarm::kFailedOldItl},
    {"9 both failed, previous both", kBoth, kBad, kBad, Alarm::kFailedOldLists},
    {"9 both failed, previous ITL alone", kItl, kBad, kBad, Alarm::kFailedOldLists},
    {"nothing to report when nothing changed", kBoth, kSame, kSame, Alarm::kNone},
    {"nothing to report when one was offered unchanged", kItl, kAbsent, kSame, Alarm::kNone},
};
INSTANTIATE_TEST_SUITE_P(Rows, F29_TrustListAlarm_Table, testing::ValuesIn(kAlarms));

}  // namespace
}  // namespace phone::trust
