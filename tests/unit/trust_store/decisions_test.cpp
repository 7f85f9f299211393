#include "services/trust_store/decisions.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/temporary_folder.hpp"

namespace phone::trust {
namespace {

class F85_RecordOfDecisions_Table : public testing::Test {
 protected:
  Decision decision(const std::string& what) {
    return {0, absl::FromUnixSeconds(1), what, "file", "TFTP", "CN=x", "", false, "why"};
  }
  tests::TemporaryFolder folder_;
};

TEST_F(F85_RecordOfDecisions_Table, OnlyTheLatestAreKeptAndNumbersGoOn) {
  {
    Decisions record(folder_);
    for (std::size_t i = 1; i <= 3 * Decisions::kMost; ++i) {
      EXPECT_EQ(record.add(decision("f" + std::to_string(i))).number, i);
    }
    EXPECT_EQ(record.list("", 10000).size(), Decisions::kMost);
  }
  Decisions record(folder_);
  EXPECT_EQ(record.list("", 10000).size(), Decisions::kMost);
  EXPECT_EQ(record.list("", 1).at(0).number, 3 * Decisions::kMost);
  EXPECT_EQ(record.add(decision("f")).number, 3 * Decisions::kMost + 1);
  EXPECT_LT(std::filesystem::file_size(folder_ / "decisions.jsonl"), 400000u);
}

TEST_F(F85_RecordOfDecisions_Table, TheSameWithinAMinuteIsCountedAndPushesNothingOut) {
  Decisions record(folder_);
  record.add(decision("first"));
  Decision knock = decision("stranger:5061");
  for (int i = 0; i < 10000; ++i) {
    const Decisions::Kept kept = record.add(knock);
    EXPECT_EQ(kept.number, 2u);
    EXPECT_EQ(kept.again, i > 0);
    knock.time += absl::Milliseconds(7);
  }
  const auto found = record.list("", 10);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].times, 10000u);
  EXPECT_EQ(found[0].time, absl::FromUnixSeconds(1));
  EXPECT_EQ(found[0].last_time, absl::FromUnixSeconds(1) + absl::Milliseconds(7 * 9999));
  EXPECT_LT(std::filesystem::file_size(folder_ / "decisions.jsonl"), 1000u);
  knock.time += absl::Seconds(61);
  EXPECT_EQ(record.add(knock).number, 3u) << "after more than a minute it is news";
  knock.accepted = true;
  EXPECT_EQ(record.add(knock).number, 4u) << "another verdict is another decision";
  knock.accepted = false;
  EXPECT_EQ(record.add(knock).number, 5u) << "and so is the old one after it";
}

TEST_F(F85_RecordOfDecisions_Table, TheConfigurationTrustedLastIsKnownHoweverLongAgo) {
  Decision file = decision("SEP0A1B2C3D4E5F.cnf.xml.enc.sgn");
  file.accepted = true;
  file.sha1 = "1ba1c9";
  {
    Decisions record(folder_);
    record.add(file);
    for (std::size_t i = 0; i < 5 * Decisions::kMost; ++i) record.add(decision(std::to_string(i)));
    Decision refused = file;
    refused.accepted = false;
    refused.sha1 = "ffffff";
    record.add(refused);
  }
  Decisions record(folder_);
  ASSERT_TRUE(record.configuration().has_value());
  EXPECT_EQ(record.configuration()->sha1, "1ba1c9");
  EXPECT_LE(record.list("", 10000).size(), Decisions::kMost);
}

TEST_F(F85_RecordOfDecisions_Table, ATornLastLineIsLeftOutAndNothingElseLost) {
  {
    Decisions record(folder_);
    record.add(decision("one"));
    record.add(decision("two"));
  }
  const auto file = folder_ / "decisions.jsonl";
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 5);
  {
    Decisions record(folder_);
    ASSERT_EQ(record.list("", 10).size(), 1u);
    record.add(decision("three"));
  }
  const auto found = Decisions(folder_).list("", 10);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].what, "three");
}

TEST_F(F85_RecordOfDecisions_Table, GarbageOnFlashIsNoDecision) {
  std::ofstream(folder_ / "decisions.jsonl") << "[]\n{}\n{\"number\":-1}\n\xff\xfe\n{\"number\":7}\n"
                                             << std::string(100, '[') << "\n";
  EXPECT_TRUE(Decisions(folder_).list("", 10).empty());
}

TEST_F(F85_RecordOfDecisions_Table, TextOfStrangersDoesNotBreakTheLine) {
  { Decisions(folder_).add(decision("a\nb\xff\"c")); }
  EXPECT_EQ(Decisions(folder_).list("", 10).size(), 1u);
}

}  // namespace
}  // namespace phone::trust
