// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F2: nothing is lost or out of order while the collector comes and goes, and what had to be dropped is told.
#include "services/policy/audit/delivery_driver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "services/policy/audit/syslog_line.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::policy {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct F2_Delivery : ::testing::Test {
  ~F2_Delivery() override { delivery.stop(); }
  template <class Condition>
  bool becomes(Condition condition) {
    std::unique_lock lock(mutex);
    return news.wait_for(lock, std::chrono::seconds(20), condition);
  }
  void set_up(bool reachable) {
    const std::lock_guard lock(mutex);
    up = reachable;
  }
  static std::string frame(int number) { return syslog_frame("event " + std::to_string(number)); }
  static std::string frames(int from, int to) {
    std::string all;
    for (int i = from; i <= to; ++i) all += frame(i);
    return all;
  }

  std::mutex mutex;
  std::condition_variable news;
  bool up = false;
  std::string received;
  std::vector<std::string> told;
  int attempts = 0;
  tests::TemporaryDirectory directory;
  AuditQueue queue{directory.path(), {.file = 200, .files = 4}};
  Delivery delivery{queue,
                    {.send =
                         [this](const AuditCollector&, const std::string& batch) {
                           const std::lock_guard lock(mutex);
                           ++attempts;
                           if (up) received += batch;
                           news.notify_all();
                           return std::string(up ? "" : "Connection refused");
                         },
                     .tell =
                         [this](const std::string& text) {
                           const std::lock_guard lock(mutex);
                           told.push_back(text);
                           news.notify_all();
                         },
                     .first_pause = milliseconds(5),
                     .longest_pause = milliseconds(20)}};
};

TEST_F(F2_Delivery, WithoutACollectorNothingIsKept) {
  delivery.add(frame(1));
  EXPECT_EQ(queue.waiting(), 0U);
  EXPECT_EQ(delivery.facts().collector, "");
}

TEST_F(F2_Delivery, WhatCameWhileTheCollectorWasAwayArrivesInOrder) {
  delivery.use({.host = "collector.lab", .port = 1514, .certificate = {}});
  for (int i = 10; i < 20; ++i) delivery.add(frame(i));
  ASSERT_TRUE(becomes([&] { return attempts >= 3; }));
  EXPECT_EQ(delivery.facts().failure, "Connection refused");
  EXPECT_EQ(delivery.facts().waiting, 10U);
  set_up(true);
  ASSERT_TRUE(becomes([&] { return received == frames(10, 19); }));
  delivery.add(frame(20));
  ASSERT_TRUE(becomes([&] { return received == frames(10, 20); }));
  set_up(false);
  delivery.add(frame(21));
  const int before = attempts;
  ASSERT_TRUE(becomes([&] { return attempts > before + 1; }));
  set_up(true);
  ASSERT_TRUE(becomes([&] { return received == frames(10, 21); }));
  while (delivery.facts().delivered < 12) std::this_thread::yield();
  const DeliveryFacts facts = delivery.facts();
  EXPECT_EQ(facts.collector, "collector.lab:1514, TCP");
  EXPECT_EQ(facts.delivered, 12U);
  EXPECT_EQ(facts.failure, "");
  EXPECT_THAT(told, ElementsAre("Audit events wait for collector.lab: Connection refused",
                                "Audit events wait for collector.lab: Connection refused"))
      << "once for each time it went away";
}

TEST_F(F2_Delivery, WhatHadToBeDroppedIsToldWhenTheCollectorIsBack) {
  delivery.use({.host = "collector.lab", .port = 514, .certificate = {}});
  for (int i = 100; i < 200; ++i) delivery.add(frame(i));
  const std::uint64_t dropped = delivery.facts().dropped;
  EXPECT_GT(dropped, 20U);
  ASSERT_TRUE(becomes([&] { return told.size() == 1; }));
  set_up(true);
  ASSERT_TRUE(becomes([&] { return received == frames(100 + static_cast<int>(dropped), 199); })) << received;
  ASSERT_TRUE(becomes([&] { return told.size() == 2; }));
  EXPECT_EQ(told[1], std::to_string(dropped) + " audit events were dropped while their collector was away");
}

}  // namespace
}  // namespace phone::policy
