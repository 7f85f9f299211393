// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/text/date_template.hpp"

#include <gtest/gtest.h>

namespace phone::text {
namespace {

struct DateRow {
  const char* said;
  const char* date;
  const char* date_time;
};

class F95_DateTemplate_Table : public testing::TestWithParam<DateRow> {};

// 2026-12-31 16:05:09 UTC is five past five in Berlin.
TEST_P(F95_DateTemplate_Table, WritesAMomentAsItSays) {
  absl::TimeZone berlin;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin));
  const absl::Time moment = absl::FromCivil(absl::CivilSecond(2026, 12, 31, 16, 5, 9), absl::UTCTimeZone());
  const auto written = DateTemplate::parse(GetParam().said);
  ASSERT_TRUE(written.has_value());
  EXPECT_EQ(written->date(moment, berlin), GetParam().date);
  EXPECT_EQ(written->date_time(moment, berlin), GetParam().date_time);
}
INSTANTIATE_TEST_SUITE_P(Rows, F95_DateTemplate_Table,
                         testing::Values(DateRow{"M/D/YA", "12/31/26", "12/31/26 5:05:09 PM"},
                                         DateRow{"D.M.YY", "31.12.2026", "31.12.2026 17:05:09"},
                                         DateRow{"YY-M-D", "2026-12-31", "2026-12-31 17:05:09"},
                                         DateRow{"D/M/Y", "31/12/26", "31/12/26 17:05:09"}));

TEST(F95_DateTemplateRefusals, NothingElseIsATemplate) {
  for (const char* said :
       {"", "D", "D/M", "D/M/D", "D/M/YYY", "D/M/Y ", "DMY", "D%M%Y", "D/M/YAA", "d/m/y", "/D/M/Y"}) {
    EXPECT_FALSE(DateTemplate::parse(said).has_value()) << said;
  }
}

}  // namespace
}  // namespace phone::text
