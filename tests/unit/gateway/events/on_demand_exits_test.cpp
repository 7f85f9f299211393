// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the gateway reports of a service that runs on demand, from the file with its exits.
#include "gateway/events/on_demand_exits.hpp"

#include <gtest/gtest.h>

namespace phone::gateway {
namespace {

absl::Time at(std::int64_t milliseconds) { return absl::FromUnixMillis(milliseconds); }
const absl::Time kWall = absl::FromUnixSeconds(1'800'000'000);

class F81_OnDemandEnds : public testing::Test {
 protected:
  // The texts of what is new when the file reads so `now` milliseconds after boot.
  std::vector<std::string> look(const std::string& file, std::int64_t now) {
    std::vector<std::string> texts;
    last_ = ends_.look(file, at(now), kWall);
    for (const auto& event : last_) texts.push_back(event.kind() + ": " + event.text());
    return texts;
  }
  OnDemandExits ends_{"enrolment"};
  std::vector<phone::mesh::v1::Event> last_;
};

using Texts = std::vector<std::string>;

TEST_F(F81_OnDemandEnds, ANormalExitIsNotReported) {
  EXPECT_EQ(look("100 serving\n5000 success exited 0\n", 9000), Texts());
  EXPECT_EQ(look("100 serving\n5000 success exited 0\n6000 serving\n7000 success killed TERM\n", 90000), Texts());
  EXPECT_TRUE(ends_.by_cause().empty());
}

TEST_F(F81_OnDemandEnds, ADeathIsReportedOnceWithItsCauseAndDuration) {
  const std::string file = "100 serving\n5000 signal killed KILL\n";
  EXPECT_EQ(look(file, 5100), Texts()) << "the next process may be about to serve";
  EXPECT_EQ(look(file + "5120 serving\n", 5500),
            Texts{"process.restarted: enrolment restarted after 120 ms: killed by signal KILL"});
  EXPECT_EQ(last_.front().service(), "enrolment");
  EXPECT_EQ(last_.front().detail().at("milliseconds"), "120");
  EXPECT_EQ(last_.front().detail().at("status"), "KILL");
  EXPECT_EQ(last_.front().time().seconds(), 1'799'999'999) << "when it served, not when it was read";
  EXPECT_EQ(look(file + "5120 serving\n", 9500), Texts());
  EXPECT_EQ(ends_.by_cause(), (std::map<std::string, std::uint64_t>{{"signal", 1}}));
}

TEST_F(F81_OnDemandEnds, ADeathWithoutARestartIsReportedToo) {
  EXPECT_EQ(look("100 serving\n5000 watchdog killed ABRT\n", 7100),
            Texts{"process.ended: enrolment ended: hung and was ended by its watchdog; it starts again on demand"});
  EXPECT_EQ(look("100 serving\n5000 watchdog killed ABRT\n90000 serving\n", 99000), Texts());
}

TEST_F(F81_OnDemandEnds, ALineThatIsNotWholeYetIsReadLater) {
  EXPECT_EQ(look("100 serving\n5000 signal kil", 5001), Texts());
  EXPECT_EQ(look("100 serving\n5000 signal killed SEGV\n5050 serving\n", 5060),
            Texts{"process.restarted: enrolment restarted after 50 ms: killed by signal SEGV"});
}

TEST_F(F81_OnDemandEnds, AFileThatBeganAnewIsReadFromItsBeginning) {
  look("100 serving\n5000 signal killed KILL\n5010 serving\n", 6000);
  EXPECT_EQ(look("7000 signal killed KILL\n7020 serving\n", 8000).size(), 1U);
  EXPECT_EQ(ends_.by_cause().at("signal"), 2U);
}

}  // namespace
}  // namespace phone::gateway
