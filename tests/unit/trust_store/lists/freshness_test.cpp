// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Rows read like the decision record: what was taken, what is offered, what its age comes to (F99).
#include "services/trust_store/lists/freshness.hpp"

#include <gtest/gtest.h>

#include <string>

namespace phone::trust {
namespace {

constexpr std::uint32_t kThen = 1795000000, kNow = 1795900000;
constexpr char kName[] = "SEP0A1B2C3D4E5F.cnf.xml.sgn";

Mark mark(std::uint32_t signed_at, const char* signer = "0a", bool earlier = false) {
  return {kName, signer, signed_at, "this", earlier};
}
Claim claim(std::uint32_t signed_at, const char* content = "that", const char* signer = "0a") {
  return {kName, signer, signed_at, content, "sha1 of the file"};
}

// What is known of the time when the device's clock says so.
clock::Present at(absl::Time clock, const Marks& marks) {
  return above(marks, clock::TimeFloor(absl::FromUnixSeconds(1793491200)).present(clock));  // made on 2026-11-01
}

struct AgeRow {
  std::string name;
  Marks marks;
  Claim offered;
  bool first_use = false;
  absl::Time now = absl::FromUnixSeconds(kNow);
  Age want;
  std::uint32_t newest = 0;
};
void PrintTo(const AgeRow& row, std::ostream* out) { *out << row.name; }

class F99_Freshness_Table : public testing::TestWithParam<AgeRow> {};

TEST_P(F99_Freshness_Table, Row) {
  const AgeRow& row = GetParam();
  const Aged aged = age_of(row.marks, row.offered, row.first_use, at(row.now, row.marks));
  EXPECT_EQ(aged.age, row.want);
  EXPECT_EQ(aged.newest, row.newest);
}

const absl::Time kUsual = absl::FromUnixSeconds(kNow);
const AgeRow kAges[] = {
    {"the first of its name is fresh, however old", {}, claim(1), false, kUsual, Age::kFresh, 0},
    {"newer is fresh", {{mark(kThen)}}, claim(kThen + 1), false, kUsual, Age::kFresh, kThen},
    {"older is old", {{mark(kThen)}}, claim(kThen - 1), false, kUsual, Age::kOlder, kThen},
    {"without a time it is older than any", {{mark(kThen)}}, claim(0), false, kUsual, Age::kOlder, kThen},
    {"older and the same changes nothing",
     {{mark(kThen)}},
     claim(kThen - 1, "this"),
     false,
     kUsual,
     Age::kSameContent,
     kThen},
    {"the same bytes again are fresh", {{mark(kThen)}}, claim(kThen, "this"), false, kUsual, Age::kFresh, kThen},
    {"other bytes of the same second", {{mark(kThen)}}, claim(kThen), false, kUsual, Age::kSameSecond, kThen},
    {"a renewed signer does not begin anew",
     {{mark(kThen)}},
     claim(kThen - 1, "that", "0b"),
     false,
     kUsual,
     Age::kOlder,
     kThen},
    {"the newest of several signers counts",
     {{mark(kThen), mark(kThen - 100, "0b")}},
     claim(kThen - 1, "that", "0b"),
     false,
     kUsual,
     Age::kOlder,
     kThen},
    {"content that was in force once is no content in force",
     {{{kName, "0a", kThen - 9, "old", false}, mark(kThen, "0b")}},
     claim(kThen - 9, "old"),
     false,
     kUsual,
     Age::kOlder,
     kThen},
    {"another name has another mark",
     {{{"ringlist.xml.sgn", "0a", kThen, "this", false}}},
     claim(kThen - 1),
     false,
     kUsual,
     Age::kFresh,
     0},
    {"a new cluster is not bound by the one that was left",
     {{mark(kThen, "0a", true)}},
     claim(kThen - 1, "that", "0b"),
     false,
     kUsual,
     Age::kFresh,
     0},
    {"the signer of the one that was left stays bound",
     {{mark(kThen, "0a", true)}},
     claim(kThen - 1),
     false,
     kUsual,
     Age::kOlder,
     kThen},
    {"first use: a stranger is bound by nobody",
     {{mark(kThen)}},
     claim(kThen - 1, "that", "0b"),
     true,
     kUsual,
     Age::kFresh,
     0},
    {"first use: a known signer is", {{mark(kThen)}}, claim(kThen - 1), true, kUsual, Age::kOlder, kThen},
    {"marks lost: nothing older than the floor",
     {{}, kThen, "another"},
     claim(kThen - 1),
     false,
     kUsual,
     Age::kOlder,
     kThen},
    {"marks lost: the last configuration is known by its bytes",
     {{}, kThen, "sha1 of the file"},
     claim(kThen - 1),
     false,
     kUsual,
     Age::kFresh,
     0},
    {"marks lost and nothing known does not match a file without a digest",
     {{}, kThen, ""},
     {kName, "0a", kThen - 1, "that", ""},
     false,
     kUsual,
     Age::kOlder,
     kThen},
    {"a day ahead is a clock that differs", {}, claim(kNow + 86400), false, kUsual, Age::kFresh, 0},
    {"years ahead is no time of signing", {{mark(kThen)}}, claim(4294967295u), false, kUsual, Age::kFuture, kThen},
    {"with nothing taken yet the clock may be an image's", {}, claim(4294967295u), false, kUsual, Age::kFresh, 0},
    {"a clock of 1970 says nothing about it", {}, claim(4294967295u), false, absl::UnixEpoch(), Age::kFresh, 0},
    {"nor one that something taken is ahead of",
     {{mark(kThen)}},
     claim(kThen + 40000000),
     false,
     absl::FromUnixSeconds(kThen - 100000),
     Age::kFresh,
     kThen},
    {"nor one of before this software was made",
     {{mark(1000)}},
     claim(4294967295u),
     false,
     absl::UnixEpoch(),
     Age::kFresh,
     1000},
    {"nor one that the floor is ahead of",
     {{mark(1000)}, kThen, "another"},
     claim(4294967295u),
     false,
     absl::FromUnixSeconds(kThen - 100000),
     Age::kFresh,
     1000},
    {"marks lost: first use is not bound by the floor",
     {{}, kThen, "another"},
     claim(kThen - 1),
     true,
     kUsual,
     Age::kFresh,
     0},
    {"a clock set back makes nothing old fresh",
     {{mark(kThen)}},
     claim(kThen - 1),
     false,
     absl::FromUnixSeconds(kThen - 100000000),
     Age::kOlder,
     kThen},
};
INSTANTIATE_TEST_SUITE_P(Rows, F99_Freshness_Table, testing::ValuesIn(kAges));

TEST(F99_Freshness, WhatIsTakenRaisesTheMarkAndTheAdministratorsWordAloneLowersIt) {
  Marks marks;
  take(marks, claim(kThen), false);
  take(marks, claim(kThen - 5, "older"), false);
  EXPECT_EQ(marks.marks, (std::vector<Mark>{{kName, "0a", kThen, "that", false}}));
  take(marks, claim(kThen + 5, "by another", "0b"), false);
  EXPECT_EQ(marks.marks.size(), 2u);
  take(marks, claim(kThen - 5, "older"), true);
  EXPECT_EQ(marks.marks, (std::vector<Mark>{{kName, "0a", kThen - 5, "older", false}}));
  EXPECT_EQ(age_of(marks, claim(kThen), false, at(kUsual, marks)).age, Age::kFresh)
      << "the restored cluster goes on from there";
}

TEST(F99_Freshness, MarksAreBoundedAndNoListOrConfigurationIsForgotten) {
  Marks marks;
  take(marks, claim(kThen), false);
  take(marks, {"ITLFile.tlv", "0a", kThen, "list", {}}, false);
  for (int i = 0; i < 1000; ++i) take(marks, {"ring" + std::to_string(i) + ".xml.sgn", "0a", kThen, "x", {}}, false);
  EXPECT_EQ(marks.marks.size(), kMostMarks);
  EXPECT_EQ(age_of(marks, claim(kThen - 1, "other"), false, at(kUsual, marks)).age, Age::kOlder);
  EXPECT_EQ(age_of(marks, {"ITLFile.tlv", "0a", kThen - 1, "x", {}}, false, at(kUsual, marks)).age, Age::kOlder);
}

TEST(F99_Freshness, TheFormsOfAConfigurationAreOneFileAndNothingElseIs) {
  EXPECT_EQ(form_of("SEP0A1B2C3D4E5F.cnf.xml.sgn"), "SEP0A1B2C3D4E5F.cnf.xml");
  EXPECT_EQ(form_of("SEP0A1B2C3D4E5F.cnf.xml.enc.sgn"), "SEP0A1B2C3D4E5F.cnf.xml");
  EXPECT_EQ(form_of("SEP0A1B2C3D4E5F.cnf.xml"), "SEP0A1B2C3D4E5F.cnf.xml");
  EXPECT_EQ(form_of("SEP0A1B2C3D4E5F.cnf.xml.sha512"), "SEP0A1B2C3D4E5F.cnf.xml");
  EXPECT_EQ(form_of("ringlist.xml.sgn"), "ringlist.xml.sgn");
  EXPECT_EQ(form_of(".sgn"), ".sgn");
  EXPECT_EQ(form_of(""), "");
}

Claim content_of(std::uint32_t at, const char* content, const char* signer = "0a") {
  Claim made = claim(at);
  made.content = content;
  made.signer = signer;
  return made;
}

// Neither of two is the newest: what was refused because it lowers must not be fresh when it is offered again.
TEST(F99_Freshness, TwoContentsOfOneSecondStayOfTheSameSecond) {
  Marks marks;
  take(marks, content_of(kThen, "strict"), false);
  take(marks, content_of(kThen, "weak"), false);
  EXPECT_EQ(age_of(marks, content_of(kThen, "weak"), false, at(kUsual, marks)).age, Age::kSameSecond);
  EXPECT_EQ(age_of(marks, content_of(kThen, "strict"), false, at(kUsual, marks)).age, Age::kSameSecond);
  take(marks, content_of(kThen, "weak", "0b"), false);
  EXPECT_EQ(age_of(marks, content_of(kThen, "strict", "0b"), false, at(kUsual, marks)).age, Age::kSameSecond);
}

TEST(F99_Freshness, ADateFarAheadIsNotRememberedForContentThatIsKnown) {
  Marks marks;
  take(marks, content_of(kThen, "same"), false);
  EXPECT_EQ(age_of(marks, content_of(4294967295u, "same"), false, at(kUsual, marks)).age, Age::kSameContent);
}

TEST(F99_Freshness, ASlowerSignerOfAClusterThatWasLeftIsBoundByTheNewestOfBoth) {
  Marks marks;
  take(marks, content_of(kThen, "x", "0a"), false);
  take(marks, content_of(kThen + 100, "y", "0b"), false);
  leave(marks);
  EXPECT_EQ(age_of(marks, content_of(kThen + 50, "weak", "0a"), false, at(kUsual, marks)).age, Age::kOlder);
  EXPECT_EQ(age_of(marks, content_of(kThen + 50, "first", "0c"), false, at(kUsual, marks)).age, Age::kFresh)
      << "and nobody else";
}

TEST(F99_Freshness, AReleaseLiftsTheFloor) {
  Marks marks{{}, kThen, "sha1"};
  leave(marks);
  EXPECT_EQ(marks, Marks{});
}

TEST(F99_Freshness, WhatIsKnownAlreadyIsNothingToWrite) {
  Marks marks;
  take(marks, content_of(kThen, "x", "0a"), false);
  take(marks, content_of(kThen, "x", "0b"), false);
  const Marks before = marks;
  take(marks, content_of(kThen, "x", "0a"), false);
  EXPECT_EQ(marks, before);
}

TEST(F99_Freshness, AClusterThatWasLeftBindsItsOwnSignerAloneWhateverIsTakenAfterwards) {
  Marks marks;
  take(marks, content_of(kThen, "left", "0a"), false);
  leave(marks);
  take(marks, content_of(kThen, "new", "0b"), false);
  EXPECT_EQ(age_of(marks, content_of(kThen, "new", "0b"), false, at(kUsual, marks)).age, Age::kFresh)
      << "no content of that second";
  take(marks, content_of(kThen - 5, "restored", "0b"), true);
  EXPECT_EQ(age_of(marks, content_of(kThen - 1, "old", "0a"), false, at(kUsual, marks)).age, Age::kOlder);
}

}  // namespace
}  // namespace phone::trust
