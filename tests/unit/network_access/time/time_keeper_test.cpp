// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F95: where the phone's time comes from.
#include "services/network_access/time/time_keeper.hpp"

#include <gmock/gmock.h>

namespace phone::network::time_keeper_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kBuilt = absl::FromCivil(absl::CivilDay(2026, 11, 1), absl::UTCTimeZone());
const absl::Time kTrue = absl::FromCivil(absl::CivilSecond(2026, 11, 30, 9, 8, 7), absl::UTCTimeZone());

TimeKeeper::Now at(absl::Time clock) {
  clock::TimeFloor floor(kBuilt);
  floor.prove(kBuilt + absl::Hours(24), absl::ZeroDuration(), "a trust list's signature");
  return {.clock = clock, .present = floor.present(clock), .floor = floor.floor()};
}

TEST(F95_TimeKeeper, ServersOfTheConfigurationComeBeforeThoseOfTheLease) {
  TimeKeeper keeper;
  EXPECT_THAT(keeper.service_settings(), testing::Not(HasSubstr("NTP=")));
  keeper.change_lease({"10.0.0.3", "10.0.0.4"});
  EXPECT_EQ(keeper.facts(at(kTrue)).server_source, "DHCP option 42");
  EXPECT_THAT(keeper.service_settings(), HasSubstr("[Time]\nNTP=10.0.0.3 10.0.0.4\n"));
  keeper.change_policy({.servers = {"time.lab", "2001:db8::9"}, .zone = "Europe/Berlin", .date_template = "D.M.YY"});
  EXPECT_THAT(keeper.service_settings(), HasSubstr("\nNTP=time.lab 2001:db8::9\n"));
  const TimeFacts facts = keeper.facts(at(kTrue));
  EXPECT_EQ(facts.server_source, "configuration");
  EXPECT_THAT(facts.servers, ElementsAre("time.lab", "2001:db8::9"));
  EXPECT_EQ(facts.zone, "Europe/Berlin");
  EXPECT_EQ(facts.date_template, "D.M.YY");
  keeper.change_policy({});
  EXPECT_THAT(keeper.facts(at(kTrue)).servers, ElementsAre("10.0.0.3", "10.0.0.4"));
}

// The file is read by another program, line by line.
TEST(F95_TimeKeeper, ANameThatIsNoHostNameBecomesNoLine) {
  TimeKeeper keeper;
  keeper.change_policy(
      {.servers = {"time.lab\nRootDistanceMaxSec=9", "two words", "", "good.lab"}, .zone = {}, .date_template = {}});
  EXPECT_THAT(keeper.service_settings(), HasSubstr("\nNTP=good.lab\n"));
  EXPECT_THAT(keeper.facts(at(kTrue)).servers, ElementsAre("good.lab"));
}

TEST(F95_TimeKeeper, ACallManagersDateSetsAClockThatNoServerSets) {
  TimeKeeper keeper;
  const DateVerdict verdict = keeper.take_date("10.0.0.1", kTrue, at(absl::UnixEpoch()));
  EXPECT_TRUE(verdict.taken && verdict.sets_clock) << verdict.reason;
  EXPECT_EQ(keeper.facts(at(kTrue)).set_by, "10.0.0.1");
  EXPECT_EQ(keeper.facts(at(kTrue)).text, "by the call manager 10.0.0.1; no time server is named");
}

struct DateRow {
  const char* what;
  absl::Time date, clock;
  bool synchronized, taken, sets;
  const char* reason;
};
class F95_Date_Table : public testing::TestWithParam<DateRow> {};
TEST_P(F95_Date_Table, IsJudged) {
  TimeKeeper keeper;
  keeper.change_synchronized(GetParam().synchronized);
  const DateVerdict verdict = keeper.take_date("10.0.0.1", GetParam().date, at(GetParam().clock));
  EXPECT_EQ(verdict.taken, GetParam().taken);
  EXPECT_EQ(verdict.sets_clock, GetParam().sets);
  EXPECT_THAT(verdict.reason, HasSubstr(GetParam().reason));
  EXPECT_EQ(keeper.facts(at(kTrue)).call_manager_date.has_value(), GetParam().taken);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, F95_Date_Table,
    testing::Values(
        DateRow{"clock behind", kTrue, kTrue - absl::Seconds(11), false, true, true, ""},
        DateRow{"clock ahead", kTrue, kTrue + absl::Hours(24 * 365 * 12), false, true, true, ""},
        DateRow{"as good as the same", kTrue, kTrue + absl::Seconds(10), false, true, false, "says the same"},
        DateRow{"NTP rules", kTrue, kTrue + absl::Hours(1), true, true, false, "follows NTP"},
        DateRow{"passed", kBuilt - absl::Hours(1), absl::UnixEpoch(), false, false, false, "a trust list's signature"},
        DateRow{"a day before the floor is a matter of clocks", kBuilt, kTrue, false, true, true, ""},
        DateRow{"far ahead", kBuilt + absl::Hours(24 * 365 * 31), kTrue, false, false, false, "too far ahead"}),
    [](const auto& row) { return "Row" + std::to_string(row.index); });

TEST(F95_TimeKeeper, StatusSaysByWhatTheTimeIsKnownAndWhatHoldsBeforeIt) {
  TimeKeeper keeper;
  const TimeFacts early = keeper.facts(at(absl::UnixEpoch()));
  EXPECT_FALSE(early.known);
  EXPECT_THAT(early.text,
              HasSubstr("not known: the clock is before 2026-11-02 00:00:00 UTC (a trust list's signature)"));
  EXPECT_EQ(early.floor_source, "a trust list's signature");
  EXPECT_EQ(keeper.facts(at(kTrue)).text, "by the device's own clock; no time server is named");
  keeper.change_lease({"10.0.0.3"});
  EXPECT_EQ(keeper.facts(at(kTrue)).text, "by the device's own clock; no time server has answered yet");
  keeper.change_synchronized(true);
  EXPECT_EQ(keeper.facts(at(kTrue)).text, "by NTP");
}

}  // namespace
}  // namespace phone::network::time_keeper_test
