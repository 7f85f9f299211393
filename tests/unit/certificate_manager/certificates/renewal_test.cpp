// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F71, F86: when certificates are renewed, in virtual time.
#include "services/certificate_manager/certificates/renewal.hpp"

#include <gtest/gtest.h>

namespace phone::certificates {
namespace {

const absl::Time kMade = absl::FromCivil(absl::CivilDay(2026, 1, 1), absl::UTCTimeZone());
constexpr absl::Duration kLife = absl::Hours(24 * 100);
const Validity kValid{kMade, kMade + kLife};
absl::Time at(int day) { return kMade + absl::Hours(24 * day); }

struct Row {
  const char* name;
  RenewalFacts facts;
  int day;
  std::optional<Operation> operation;
  CapfAuthentication authentication = CapfAuthentication::kNone;
};

class F86_Renewal_Table : public ::testing::TestWithParam<Row> {};
TEST_P(F86_Renewal_Table, IsDueOrNot) {
  const auto& row = GetParam();
  const auto wanted = due(row.facts, at(row.day));
  ASSERT_EQ(wanted.has_value(), row.operation.has_value()) << (wanted ? wanted->reason : "nothing");
  if (!wanted) return;
  EXPECT_EQ(wanted->operation, *row.operation);
  EXPECT_EQ(wanted->authentication, row.authentication);
  EXPECT_FALSE(wanted->reason.empty());
}

constexpr auto kByLsc = CapfAuthentication::kLsc;
constexpr auto kByMic = CapfAuthentication::kMic;
INSTANTIATE_TEST_SUITE_P(
    All, F86_Renewal_Table,
    ::testing::Values(
        Row{"NothingHeldNothingKnown", {}, 90, {}},
        Row{"LscInItsFirstFourFifths", {.lsc = kValid, .capf_known = true}, 79, {}},
        Row{"LscInItsLastFifth", {.lsc = kValid, .capf_known = true}, 80, Operation::kCapfSession, kByLsc},
        Row{"LscOnItsLastDay", {.lsc = kValid, .capf_known = true}, 99, Operation::kCapfSession, kByLsc},
        Row{"ExpiredLscProvesNothing", {.lsc = kValid, .capf_known = true}, 100, Operation::kCapfSession, kByMic},
        Row{"LscTriedWhenTheClockWasInTheFuture",
            {.lsc = kValid, .capf_known = true, .lsc_attempts = {1, at(9000)}},
            90,
            Operation::kCapfSession,
            kByLsc},
        Row{"NoCapfServerIsKnown", {.lsc = kValid}, 90, {}},
        Row{"NotBeforeItsNextTry", {.lsc = kValid, .capf_known = true, .lsc_attempts = {1, at(91)}}, 90, {}},
        Row{"AtItsNextTry",
            {.lsc = kValid, .capf_known = true, .lsc_attempts = {1, at(91)}},
            91,
            Operation::kCapfSession,
            kByLsc},
        Row{"AnotherCapfSessionGoesOn",
            {.lsc = kValid, .capf_known = true, .standing = Operation::kCapfSession},
            90,
            {}},
        Row{"ScepThatWaitsGivesWay",
            {.lsc = kValid, .capf_known = true, .standing = Operation::kScepEnrol},
            90,
            Operation::kCapfSession,
            kByLsc},
        Row{"NoUserCertificateYet", {.scep_known = true}, 1, Operation::kScepEnrol},
        Row{"NoUserCertificateAndJustTried", {.scep_known = true, .user_attempts = {1, at(2)}}, 1, {}},
        Row{"TriedWhenTheClockWasInTheFuture",
            {.scep_known = true, .user_attempts = {1, at(9000)}},
            1,
            Operation::kScepEnrol},
        Row{"UserInItsFirstFourFifths", {.user = kValid, .scep_known = true}, 79, {}},
        Row{"UserInItsLastFifth", {.user = kValid, .scep_known = true}, 80, Operation::kScepRenew},
        Row{"UserExpired", {.user = kValid, .scep_known = true}, 100, Operation::kScepEnrol},
        Row{"UserWithoutAServer", {.user = kValid}, 90, {}},
        Row{"UserWhileCapfGoesOn", {.user = kValid, .scep_known = true, .standing = Operation::kCapfSession}, 90, {}},
        Row{"LscBeforeUser",
            {.lsc = kValid, .user = kValid, .capf_known = true, .scep_known = true},
            90,
            Operation::kCapfSession,
            kByLsc}),
    [](const auto& info) { return info.param.name; });

TEST(F86_RenewalRetry_Table, WaitsLongerEachTimeAndNeverPastTheMiddleOfWhatIsLeft) {
  const absl::Time far = at(1000);
  EXPECT_EQ(retry_after(1, at(0), far), absl::Minutes(30));
  EXPECT_EQ(retry_after(2, at(0), far), absl::Hours(1));
  EXPECT_EQ(retry_after(3, at(0), far), absl::Hours(2));
  EXPECT_EQ(retry_after(50, at(0), far), absl::Hours(24));
  EXPECT_EQ(retry_after(50, at(0), at(0) + absl::Hours(10)), absl::Hours(5));
  EXPECT_EQ(retry_after(1, at(0), at(0) + absl::Seconds(30)), absl::Minutes(1));
  EXPECT_EQ(retry_after(1, at(0), at(-1)), absl::Minutes(30)) << "expired is no reason to hammer";
}

}  // namespace
}  // namespace phone::certificates
