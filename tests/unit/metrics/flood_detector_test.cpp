// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/metrics/flood_detector.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace phone::metrics {
namespace {

std::vector<Reading> forged(std::uint64_t value) {
  return {{Sort::kRefusal, "rtp_forged", "RTP packets that failed authentication", value}};
}

class Metrics_Episodes : public ::testing::Test {
 protected:
  std::vector<Notice> after(double seconds, std::uint64_t value) {
    now_ += absl::Seconds(seconds);
    return flood_detector_.look(forged(value), now_);
  }
  FloodDetector flood_detector_;
  absl::Time now_ = absl::FromUnixSeconds(1'000'000);
};

TEST_F(Metrics_Episodes, NothingCountedIsNothingReported) {
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(after(1, 0).empty());
}

TEST_F(Metrics_Episodes, AFloodIsTwoSentencesHoweverLarge) {
  after(1, 0);
  const auto began = after(1, 9000);
  ASSERT_EQ(began.size(), 1u);
  EXPECT_EQ(began[0].text, "RTP packets that failed authentication are refused: 9000 so far");
  EXPECT_FALSE(began[0].over);
  for (std::uint64_t i = 2; i <= 5; ++i) EXPECT_TRUE(after(1, 9000 * i).empty());
  EXPECT_TRUE(after(1, 45000).empty());
  EXPECT_TRUE(after(1, 45000).empty());
  const auto over = after(1, 45000);
  ASSERT_EQ(over.size(), 1u);
  EXPECT_EQ(over[0].text, "45000 RTP packets that failed authentication were refused within 5.0 s; this has stopped");
  EXPECT_TRUE(over[0].over);
  EXPECT_EQ(over[0].count, 45000u);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(after(1, 45000).empty());
}

TEST_F(Metrics_Episodes, OneRefusalIsReportedOnce) {
  after(1, 0);
  EXPECT_EQ(after(1, 1).size(), 1u);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(after(1, 1).empty());
}

TEST_F(Metrics_Episodes, TheNextEpisodeIsReportedAgain) {
  after(1, 0);
  EXPECT_EQ(after(1, 1).size(), 1u);
  for (int i = 0; i < 5; ++i) after(1, 1);
  EXPECT_EQ(after(1, 2).size(), 1u);
}

TEST(Metrics_Registry, CountersAreSharedByNameAndCountFromManyThreads) {
  Counter& one = refusals("test_shared", "tests");
  EXPECT_EQ(&one, &refusals("test_shared", "tests"));
  EXPECT_NE(&one, &losses("test_shared", "tests"));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) one.add();
    });
  for (auto& thread : threads) thread.join();
  bool found = false;
  for (const Reading& reading : read()) found = found || (reading.what == "test_shared" && reading.value == 4000);
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace phone::metrics
