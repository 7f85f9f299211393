// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/state/audit_trail.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <tuple>

#include "common/text/foreign_text.hpp"
#include "services/trust_store/storage/audit_file.hpp"
#include "tests/unit/temporary_directory.hpp"
#include "tools/rig/relaxed.hpp"

namespace phone::trust {
namespace {

struct HoldsFile {
  explicit HoldsFile(const std::filesystem::path& directory) : file(directory) {}
  AuditFile file;
};
struct RecordOnFlash : private HoldsFile, public AuditTrail {
  explicit RecordOnFlash(const std::filesystem::path& directory) : HoldsFile(directory), AuditTrail(file) {}
};

class F85_RecordOfDecisions_Table : public testing::Test {
 protected:
  Decision decision(const std::string& what) {
    return {0, absl::FromUnixSeconds(1), what, "file", "TFTP", "CN=x", "", false, "why"};
  }
  Decision at(std::size_t second, const std::string& what) {
    Decision one = decision(what);
    one.time = absl::FromUnixSeconds(static_cast<std::int64_t>(second));
    return one;
  }
  tests::TemporaryDirectory directory_;
};

TEST_F(F85_RecordOfDecisions_Table, OnlyTheLatestAreKeptAndNumbersGoOn) {
  constexpr std::size_t kShare = 80;
  {
    RecordOnFlash record(directory_);
    for (std::size_t i = 1; i <= 3 * AuditTrail::kMost; ++i) {
      EXPECT_EQ(record.add(at(i * 2, "f" + std::to_string(i))).number, i);
    }
    EXPECT_EQ(record.list("", 10000).size(), kShare);
  }
  RecordOnFlash record(directory_);
  EXPECT_EQ(record.list("", 10000).size(), kShare);
  EXPECT_EQ(record.list("", 1).at(0).number, 3 * AuditTrail::kMost);
  EXPECT_EQ(record.add(at(4000, "f")).number, 3 * AuditTrail::kMost + 1);
  EXPECT_LT(std::filesystem::file_size(directory_ / "decisions.jsonl"), 400000u);
}

TEST_F(F85_RecordOfDecisions_Table, EachKindHasAShareThatNoOtherCanTake) {
  const auto of = [&](std::size_t second, const std::string& kind, bool accepted) {
    Decision one = at(second, kind + std::to_string(second));
    one.kind = kind;
    one.accepted = accepted;
    return one;
  };
  std::size_t second = 0;
  const auto fill = [&](AuditTrail& record) {
    for (const char* kind : {"list", "file", "peer"}) {
      for (const bool accepted : {true, false}) {
        for (std::size_t i = 0; i < AuditTrail::kMost; ++i) record.add(of(second += 2, kind, accepted));
      }
    }
  };
  {
    RecordOnFlash record(directory_);
    fill(record);
    EXPECT_EQ(record.list("", 10000).size(), AuditTrail::kMost);
    fill(record);
  }
  RecordOnFlash record(directory_);
  const auto kept = record.list("", 10000);
  EXPECT_EQ(kept.size(), AuditTrail::kMost);
  for (const auto& [kind, accepted, share] : {std::tuple{"list", true, 100},
                                              {"list", false, 80},
                                              {"file", true, 80},
                                              {"peer", true, 80},
                                              {"peer", false, 80}}) {
    EXPECT_EQ(std::count_if(kept.begin(), kept.end(),
                            [&](const Decision& each) { return each.kind == kind && each.accepted == accepted; }),
              share)
        << kind << accepted;
  }
  EXPECT_TRUE(std::is_sorted(kept.begin(), kept.end(), [](const Decision& left, const Decision& right) {
    return left.number > right.number;
  })) << "newest first";
}

// Whoever shows a new certificate, or serves a new file, with every try.
TEST_F(F85_RecordOfDecisions_Table, AFloodOfStrangersPushesNothingElseOut) {
  std::uint64_t list = 0, other = 0;
  std::size_t lines = 0;
  {
    RecordOnFlash record(directory_);
    Decision accepted = at(1, "ITLFile.tlv");
    accepted.kind = "list";
    accepted.accepted = true;
    list = record.add(accepted).number;
    Decision quiet = at(2, "cucm-sub:5061");
    quiet.kind = "peer";
    other = record.add(quiet).number;
    std::size_t news = 0;
    for (int i = 0; i < 20000; ++i) {  // over three minutes
      Decision stranger = at(3, "cucm-pub:5061");
      stranger.time += absl::Milliseconds(9 * i);
      stranger.kind = "peer";
      stranger.signer = "CN=stranger " + std::to_string(i);
      news += record.add(stranger).again ? 0 : 1;
    }
    EXPECT_LE(news, 4 * (AuditTrail::kMostNewRefusals + 1)) << "events and flash are bounded by time, not by strangers";
    EXPECT_GE(news, 3 * AuditTrail::kMostNewRefusals);
    const auto kept = record.list("", 10000);
    lines = kept.size();
    EXPECT_EQ(
        std::count_if(kept.begin(), kept.end(), [](const Decision& each) { return each.what == "cucm-pub:5061"; }),
        static_cast<int>(AuditTrail::kMostOfSubject));
    const auto rest = record.list("others", 10);
    ASSERT_FALSE(rest.empty());
    EXPECT_GT(rest[0].times, 5000u);
    EXPECT_NE(rest[0].reason.find("more than 40 different refusals within a minute"), std::string::npos);
  }
  RecordOnFlash record(directory_);
  EXPECT_EQ(record.list("", 10000).size(), lines);
  EXPECT_EQ(record.list("ITLFile.tlv", 1).at(0).number, list);
  EXPECT_EQ(record.list("cucm-sub:5061", 1).at(0).number, other);
  EXPECT_LT(std::filesystem::file_size(directory_ / "decisions.jsonl"), 100000u);
}

TEST_F(F85_RecordOfDecisions_Table, StrangersWhoTakeTurnsAreTwoRecordsAndNoMore) {
  RecordOnFlash record(directory_);
  for (int i = 0; i < 1000; ++i) {
    Decision one = at(1, "pbx:5061");
    one.signer = i % 2 == 0 ? "CN=a" : "CN=b";
    EXPECT_EQ(record.add(one).again, i > 1);
  }
  EXPECT_EQ(record.list("", 10).size(), 2u);
  // What is accepted in turns is a history, and is kept as one.
  for (int i = 0; i < 4; ++i) {
    Decision one = at(2, "SEP.cnf.xml.sgn");
    one.accepted = true;
    one.sha1 = i % 2 == 0 ? "a" : "b";
    EXPECT_FALSE(record.add(one).again);
  }
}

TEST_F(F85_RecordOfDecisions_Table, EveryFieldIsCleanWhateverStrangersPutIn) {
  const std::string dirty = std::string("a\0b", 3) + "\n\xFF\xE2\x80\xAE" + std::string(5000, '\xE4');
  {
    RecordOnFlash record(directory_);
    record.add({0, absl::FromUnixSeconds(1), dirty, "file", dirty, dirty, dirty, false, dirty, ""});
  }
  // And what an older version left on flash.
  std::ofstream(directory_ / "decisions.jsonl", std::ios::app)
      << R"({"number":7,"time":1000,"what":"x\u0000\ny\u202e","kind":"file","reason":"r\u0085"})"
      << "\n";
  for (const Decision& each : RecordOnFlash(directory_).list("", 10)) {
    for (const std::string& text : {each.what, each.kind, each.role, each.signer, each.by, each.reason}) {
      EXPECT_TRUE(text::is_clean(text));
      EXPECT_LE(text.size(), 2000u);
    }
  }
  EXPECT_EQ(RecordOnFlash(directory_).list("", 10).size(), 2u);
}

TEST_F(F85_RecordOfDecisions_Table, TheSameWithinAMinuteIsCountedAndPushesNothingOut) {
  RecordOnFlash record(directory_);
  record.add(decision("first"));
  Decision knock = decision("stranger:5061");
  for (int i = 0; i < 10000; ++i) {
    const AuditTrail::Kept kept = record.add(knock);
    EXPECT_EQ(kept.number, 2u);
    EXPECT_EQ(kept.again, i > 0);
    knock.time += absl::Milliseconds(7);
  }
  const auto found = record.list("", 10);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].times, 10000u);
  EXPECT_EQ(found[0].time, absl::FromUnixSeconds(1));
  EXPECT_EQ(found[0].last_time, absl::FromUnixSeconds(1) + absl::Milliseconds(7 * 9999));
  EXPECT_LT(std::filesystem::file_size(directory_ / "decisions.jsonl"), 1000u);
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
  file.sha256 = "2ba2c9";
  {
    RecordOnFlash record(directory_);
    record.add(file);
    for (std::size_t i = 0; i < 5 * AuditTrail::kMost; ++i) {
      Decision other = at(2 * i, std::to_string(i));
      other.accepted = i % 2 == 0;
      record.add(other);
    }
    Decision refused = file;
    refused.accepted = false;
    refused.sha1 = "ffffff";
    record.add(refused);
  }
  RecordOnFlash record(directory_);
  ASSERT_TRUE(record.configuration().has_value());
  EXPECT_EQ(record.configuration()->sha1, "1ba1c9");
  EXPECT_EQ(record.configuration()->sha256, "2ba2c9");
  EXPECT_LE(record.list("", 10000).size(), AuditTrail::kMost);
}

TEST_F(F85_RecordOfDecisions_Table, ATornLastLineIsLeftOutAndNothingElseLost) {
  {
    RecordOnFlash record(directory_);
    record.add(decision("one"));
    record.add(decision("two"));
  }
  const auto file = directory_ / "decisions.jsonl";
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 5);
  {
    RecordOnFlash record(directory_);
    ASSERT_EQ(record.list("", 10).size(), 1u);
    record.add(decision("three"));
  }
  const auto found = RecordOnFlash(directory_).list("", 10);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].what, "three");
}

TEST_F(F85_RecordOfDecisions_Table, GarbageOnFlashIsNoDecision) {
  std::ofstream(directory_ / "decisions.jsonl") << "[]\n{}\n{\"number\":-1}\n\xff\xfe\n{\"number\":7}\n"
                                                << std::string(100, '[') << "\n";
  EXPECT_TRUE(RecordOnFlash(directory_).list("", 10).empty());
}

TEST_F(F85_RecordOfDecisions_Table, AFileFullOfLinesIsReadInNoTimeAndTheLatestCount) {
  {
    std::ofstream file(directory_ / "decisions.jsonl");
    for (int i = 1; i <= 200000; ++i) {
      file << "{\"number\":" << i << ",\"time\":1,\"what\":\"x" << i << "\",\"kind\":\"peer\"}\n";
    }
  }
  const std::clock_t start = std::clock();
  RecordOnFlash record(directory_);
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, rig::kRelaxed ? 20 : 2);
  EXPECT_EQ(record.list("", 1).at(0).number, 200000u);
  record.add(decision("new"));
  EXPECT_LT(std::filesystem::file_size(directory_ / "decisions.jsonl"), 100000u) << "and it is written anew";
}

TEST_F(F85_RecordOfDecisions_Table, TextOfStrangersDoesNotBreakTheLine) {
  { RecordOnFlash(directory_).add(decision("a\nb\xff\"c")); }
  EXPECT_EQ(RecordOnFlash(directory_).list("", 10).size(), 1u);
}

}  // namespace
}  // namespace phone::trust
