// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F2: audit events wait on flash for their collector, bounded and in order, over restarts.
#include "services/policy/audit/audit_queue.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "services/policy/audit/syslog_line.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::policy {
namespace {

namespace fs = std::filesystem;

std::string frame(int number) { return syslog_frame("event " + std::to_string(number)); }
std::string frames(int from, int to) {
  std::string all;
  for (int i = from; i <= to; ++i) all += frame(i);
  return all;
}

struct F2_AuditQueue : ::testing::Test {
  tests::TemporaryDirectory directory;
  std::uint64_t fill(AuditQueue& queue, int from, int to) {
    std::uint64_t dropped = 0;
    for (int i = from; i <= to; ++i) {
      const auto appended = queue.append(frame(i));
      EXPECT_TRUE(appended.status.ok()) << appended.status;
      dropped += appended.dropped;
    }
    return dropped;
  }
  // Everything that waits, as a collector gets it.
  std::string drain(AuditQueue& queue, std::size_t most = 50) {
    std::string all;
    while (queue.waiting() > 0) {
      const auto batch = queue.next(most);
      if (batch.count == 0) break;
      EXPECT_LE(batch.frames.size(), most);
      all += batch.frames;
      EXPECT_TRUE(queue.delivered(batch).ok());
    }
    return all;
  }
};

TEST_F(F2_AuditQueue, GivesBackWholeFramesInOrder) {
  AuditQueue queue(directory.path(), {.file = 100, .files = 10});
  EXPECT_EQ(queue.next(100).count, 0U);
  EXPECT_EQ(fill(queue, 10, 50), 0U);
  EXPECT_EQ(queue.waiting(), 41U);
  EXPECT_EQ(drain(queue), frames(10, 50));
  EXPECT_EQ(queue.waiting(), 0U);
  fill(queue, 51, 60);
  EXPECT_EQ(drain(queue), frames(51, 60));
}

TEST_F(F2_AuditQueue, WhatWasNotDeliveredIsGivenAgain) {
  AuditQueue queue(directory.path());
  fill(queue, 10, 12);
  EXPECT_EQ(queue.next(1000).frames, frames(10, 12));
  EXPECT_EQ(queue.next(1000).frames, frames(10, 12));
  EXPECT_EQ(queue.next(1).frames, frame(10)) << "one at least";
}

TEST_F(F2_AuditQueue, OutlivesARestartWithWhatWasDelivered) {
  {
    AuditQueue queue(directory.path(), {.file = 100, .files = 10});
    fill(queue, 10, 40);
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(queue.delivered(queue.next(30)).ok());
  }
  AuditQueue again(directory.path(), {.file = 100, .files = 10});
  EXPECT_EQ(again.waiting(), 21U) << "a file of ten, in batches of three";
  EXPECT_EQ(drain(again), frames(20, 40));
  AuditQueue empty(directory.path(), {.file = 100, .files = 10});
  EXPECT_EQ(empty.waiting(), 0U);
  fill(empty, 41, 50);
  EXPECT_EQ(drain(empty), frames(41, 50));
}

TEST_F(F2_AuditQueue, DropsTheOldestWhenItIsFullAndCountsThem) {
  AuditQueue queue(directory.path(), {.file = 100, .files = 3});
  const std::uint64_t dropped = fill(queue, 10, 99);
  EXPECT_GT(dropped, 50U);
  EXPECT_EQ(dropped + queue.waiting(), 90U);
  EXPECT_EQ(drain(queue), frames(10 + static_cast<int>(dropped), 99));
  std::uintmax_t bytes = 0;
  for (const auto& file : fs::directory_iterator(directory.path())) bytes += file.file_size();
  EXPECT_LE(bytes, 400U);
}

TEST_F(F2_AuditQueue, ABatchWhoseFramesWereDroppedMeanwhileIsNoHarm) {
  AuditQueue queue(directory.path(), {.file = 100, .files = 2});
  fill(queue, 10, 15);
  const auto batch = queue.next(50);
  fill(queue, 16, 60);
  const auto before = queue.waiting();
  EXPECT_TRUE(queue.delivered(batch).ok());
  EXPECT_EQ(queue.waiting(), before);
}

TEST_F(F2_AuditQueue, HalfAFrameAtTheEndIsCutOffAndTheRestStays) {
  {
    AuditQueue queue(directory.path());
    fill(queue, 10, 12);
  }
  for (const auto& file : fs::directory_iterator(directory.path())) {
    if (file.path().filename().string().starts_with("frames."))
      std::ofstream(file.path(), std::ios::app) << "99 half a fr";
  }
  AuditQueue again(directory.path());
  EXPECT_EQ(again.waiting(), 3U);
  fill(again, 13, 13);
  EXPECT_EQ(drain(again), frames(10, 13));
}

mesh::v1::Event event() {
  mesh::v1::Event one;
  one.mutable_time()->set_seconds(1'790'000'000);
  one.mutable_time()->set_nanos(123'000'000);
  one.set_service("signaling");
  one.set_kind("registration.refused");
  one.set_severity(mesh::v1::SEVERITY_WARNING);
  one.set_text("refused: 403");
  return one;
}

TEST(F2_SyslogLine, HasTheFieldsOfRfc5424) {
  EXPECT_EQ(syslog_line(event(), "SEP0A1B2C3D4E5F"),
            "<108>1 2026-09-21T14:13:20.123Z SEP0A1B2C3D4E5F phone-signaling - registration.refused - "
            "\xef\xbb\xbfrefused: 403");
  auto detailed = event();
  detailed.set_severity(mesh::v1::SEVERITY_INFO);
  (*detailed.mutable_detail())["server"] = "10.0.0.1";
  (*detailed.mutable_detail())["a b=\"]"] = "x\"y]z\\";
  detailed.set_lost(3);
  EXPECT_EQ(syslog_line(detailed, ""),
            "<110>1 2026-09-21T14:13:20.123Z - phone-signaling - registration.refused [detail@32473 "
            "a_b___=\"x\\\"y\\]z\\\\\" "
            "server=\"10.0.0.1\" lost=\"3\"] \xef\xbb\xbfrefused: 403");
  detailed.set_severity(mesh::v1::SEVERITY_ERROR);
  EXPECT_EQ(syslog_line(detailed, "").substr(0, 6), "<107>1");
}

TEST(F2_SyslogLine, TextOfPeersCannotBeginAnotherMessage) {
  auto foreign = event();
  foreign.set_text("refused\n<13>1 - - - - - - forged");
  foreign.set_kind("kind with blanks\n");
  const std::string line = syslog_line(foreign, "host name\n");
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_NE(line.find(" host_name_ phone-signaling - kind_with_blanks_ - "), std::string::npos) << line;
  EXPECT_EQ(syslog_frame("abc"), "3 abc");
  foreign.set_text(std::string(100'000, 'x'));
  EXPECT_LT(syslog_line(foreign, "").size(), 3000U);
}

}  // namespace
}  // namespace phone::policy
