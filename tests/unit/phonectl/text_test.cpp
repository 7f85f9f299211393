// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/text.hpp"

#include <gtest/gtest.h>

namespace phone::phonectl {
namespace {

const View kColour{.colour = true};

TEST(PhonectlText, NamesFromTheNetworkCannotSteerTheTerminal) {
  EXPECT_EQ(plain("Eve\x1b[2J"), "Eve\\x1b[2J");
  EXPECT_EQ(plain("a\r\nb"), "a\\x0d\\x0ab");
  EXPECT_EQ(plain("a\xc2\x9b"
                  "31m"),
            "a\\x9b31m");
  EXPECT_EQ(plain("Müller"), "Müller");
}

TEST(PhonectlText, ColourOnlyWhereItIsWanted) {
  EXPECT_EQ(paint({}, Tone::kBad, "refused"), "refused");
  EXPECT_EQ(paint(kColour, Tone::kBad, "refused"), "\x1b[31mrefused\x1b[0m");
  EXPECT_EQ(paint(kColour, Tone::kPlain, "same"), "same");
}

TEST(PhonectlText, ColumnsAlignAlsoWithUmlautsAndColours) {
  Table table;
  table.row({{"Müller", Tone::kGood}, {"1"}});
  table.row({{"Ng"}, {"22"}, {""}});
  EXPECT_EQ(table.print({}), "Müller  1\nNg      22\n");
  EXPECT_EQ(table.print(kColour, " "), " \x1b[32mMüller\x1b[0m  1\n Ng      22\n");
}

TEST(PhonectlText, TimesAreInTheReadersZone) {
  google::protobuf::Timestamp time;
  EXPECT_EQ(when({}, time), "");
  time.set_seconds(1763931845);
  EXPECT_EQ(when({}, time), "2025-11-23 21:04:05");
  EXPECT_EQ(when({.zone = absl::FixedTimeZone(3600)}, time), "2025-11-23 22:04:05");
  EXPECT_EQ(date({}, time), "2025-11-23");
}

}  // namespace
}  // namespace phone::phonectl
