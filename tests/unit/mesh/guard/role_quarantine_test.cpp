// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Whom a death is put down to, and for how long that role is refused.
#include "common/mesh/guard/role_quarantine.hpp"

#include <absl/time/clock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/temporary_directory.hpp"

namespace phone::mesh {
namespace {

constexpr uint64_t kDied = 100'000;
ProcessExit ending(std::string result, std::string code, std::string status) {
  return {absl::FromUnixMillis(kDied), std::move(result), std::move(code), std::move(status)};
}
const ProcessExit kOutOfMemory = ending("oom-kill", "killed", "KILL");
const ProcessExit kCrash = ending("core-dump", "dumped", "SEGV");

TEST(Mesh_Visitors, WhoSentMostOfALotIsBehindIt) {
  RoleActivityTable table{};
  table[v1::ROLE_MEDIA].got(95'000'000, kDied - 100);
  table[v1::ROLE_GATEWAY].got(20'000, kDied - 10);
  for (const auto& end :
       {kOutOfMemory, kCrash, ending("watchdog", "killed", "ABRT"), ending("signal", "killed", "KILL")}) {
    const auto culprit = culprit_of(table, end);
    ASSERT_TRUE(culprit) << end.result;
    EXPECT_EQ(culprit->role, size_t{v1::ROLE_MEDIA});
    EXPECT_EQ(culprit->evidence, Evidence::kProof);
  }
}

// The dearest request there is has 4224 KiB, and two of them may be under way (trust_store.proto).
TEST(Mesh_Visitors, TwoLargestFilesAreNoProof) {
  RoleActivityTable table{};
  table[v1::ROLE_POLICY].got(2 * 4224 * 1024, kDied - 2'000);
  for (const auto& end : {kOutOfMemory, kCrash}) EXPECT_FALSE(culprit_of(table, end)) << end.result;
  table[v1::ROLE_UI].got(100, kDied - 20);
  EXPECT_EQ(culprit_of(table, kCrash)->role, size_t{v1::ROLE_UI}) << "another one was heard last";

  RoleActivityTable attacked{};
  attacked[v1::ROLE_POLICY].got(12 * 1024 * 1024 - 1, kDied - 2'000);
  EXPECT_FALSE(culprit_of(attacked, kOutOfMemory));
  attacked[v1::ROLE_POLICY].got(1, kDied - 2'000);
  ASSERT_TRUE(culprit_of(attacked, kOutOfMemory));
  EXPECT_EQ(culprit_of(attacked, kOutOfMemory)->evidence, Evidence::kProof);
}

TEST(Mesh_Visitors, ManyWhoSentMuchAreNobodyInParticular) {
  RoleActivityTable table{};
  table[v1::ROLE_POLICY].got(20'000'000, kDied - 2'000);
  table[v1::ROLE_GATEWAY].got(20'000'000, kDied - 2'000);
  EXPECT_FALSE(culprit_of(table, kOutOfMemory));
  table[v1::ROLE_POLICY].got(21'000'000, kDied - 2'000);
  EXPECT_TRUE(culprit_of(table, kOutOfMemory)) << "two thirds of all";
}

TEST(Mesh_Visitors, EndThatComesFromElsewhereIsNobodysDoing) {
  RoleActivityTable table{};
  table[v1::ROLE_GATEWAY].got(20'000, kDied - 10);
  for (const auto& end : {ending("success", "exited", "0"), ending("exit-code", "exited", "70"),
                          ending("signal", "killed", "TERM"), ending("signal", "killed", "KILL")}) {
    EXPECT_FALSE(culprit_of(table, end)) << end.status;
  }
  EXPECT_FALSE(culprit_of(RoleActivityTable{}, kCrash));
  RoleActivityTable long_ago{};
  long_ago[v1::ROLE_UI].got(95'000'000, kDied - 60'000);
  EXPECT_FALSE(culprit_of(long_ago, kCrash));
  EXPECT_FALSE(culprit_of(long_ago, kOutOfMemory));
}

TEST(Mesh_Visitors, LastOneHeardBeforeACrashIsSuspect) {
  RoleActivityTable table{};
  table[v1::ROLE_GATEWAY].got(900, kDied - 500);
  table[v1::ROLE_UI].got(100, kDied - 20);
  const auto culprit = culprit_of(table, kCrash);
  ASSERT_TRUE(culprit);
  EXPECT_EQ(culprit->role, size_t{v1::ROLE_UI});
  EXPECT_EQ(culprit->evidence, Evidence::kSuspicion);
}

TEST(Mesh_Visitors, BytesOfLongAgoDoNotCount) {
  RoleActivity role_activity{};
  role_activity.got(1000, 10'000);
  role_activity.got(1, 12'500);
  EXPECT_EQ(role_activity.lately(12'600), 1001u);
  role_activity.got(1, 20'000);
  EXPECT_EQ(role_activity.lately(20'100), 1u);
}

PreviousExits died(const ProcessExit& how) {
  PreviousExits past;
  past.since_served.push_back(how);
  past.since_served.back().when = since_boot();
  return past;
}
uint64_t now() { return static_cast<uint64_t>(absl::ToUnixMillis(since_boot())); }

// Each `RoleQuarantine` here is a process; the file is what they have in common.
TEST(Mesh_Visitors, TheNextProcessRefusesTheCulpritLongerEachTime) {
  tests::TemporaryDirectory directory;
  for (int death = 0; death < 3; ++death) {
    {
      RoleQuarantine before;
      before.open(directory.path());
      before.came(v1::ROLE_MEDIA, 7407, 4711);
      before.of(v1::ROLE_MEDIA).got(95'000'000, now());
      before.of(v1::ROLE_GATEWAY).got(1'000, now());
    }
    RoleQuarantine after;
    after.open(directory.path());
    const std::string sentence = after.judge("trust_store", died(kOutOfMemory));
    EXPECT_EQ(sentence,
              "trust_store ended (exceeded its memory limit): media (uid 7407, pid 4711) had sent it 95 MB "
              "just before and is refused for " +
                  std::to_string(5 << death) + " s");
    EXPECT_FALSE(after.admits(v1::ROLE_MEDIA));
    EXPECT_TRUE(after.admits(v1::ROLE_GATEWAY));
    EXPECT_EQ(after.judge("trust_store", died(kOutOfMemory)), "") << "judged once";
  }
}

TEST(Mesh_Visitors, ConnectionsCutTogetherAreOneOffence) {
  RoleQuarantine quarantine;
  EXPECT_EQ(quarantine.refuse_once(v1::ROLE_GATEWAY), RoleQuarantine::kFirstRefusal);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(quarantine.refuse_once(v1::ROLE_GATEWAY), absl::ZeroDuration());
  EXPECT_EQ(quarantine.of(v1::ROLE_GATEWAY).offences, 1u);
  EXPECT_FALSE(quarantine.admits(v1::ROLE_GATEWAY));
}

TEST(Mesh_Visitors, RefusalsGrowToFiveMinutesAndAreForgivenAfterFifteen) {
  RoleQuarantine quarantine;
  absl::Duration last;
  for (int i = 0; i < 40; ++i) last = quarantine.refuse(v1::ROLE_MEDIA);
  EXPECT_EQ(last, absl::Minutes(5));
  quarantine.of(v1::ROLE_MEDIA).offended = quarantine.of(v1::ROLE_MEDIA).offended - 14 * 60'000;
  EXPECT_EQ(quarantine.refuse(v1::ROLE_MEDIA), absl::Minutes(5));
  quarantine.of(v1::ROLE_MEDIA).offended = quarantine.of(v1::ROLE_MEDIA).offended - 15 * 60'000 - 1;
  EXPECT_EQ(quarantine.refuse(v1::ROLE_MEDIA), absl::Seconds(5));
}

TEST(Mesh_Visitors, WhoCameFromTheNetworkIsNamedByItsAddress) {
  RoleQuarantine quarantine;
  quarantine.came_from(v1::ROLE_DIAGNOSTICS, "192.0.2.7");
  quarantine.of(v1::ROLE_DIAGNOSTICS).got(20'000'000, now());
  const std::string sentence = quarantine.judge("gateway", died(kOutOfMemory));
  EXPECT_NE(sentence.find("diagnostics (from 192.0.2.7) had sent it 20 MB"), std::string::npos) << sentence;
}

TEST(Mesh_Visitors, WhatIsToBeToldIsBoundedAndToldOnce) {
  RoleQuarantine quarantine;
  for (int i = 0; i < 1000; ++i) quarantine.tell("a connection was cut");
  EXPECT_EQ(quarantine.told().size(), 32u);
  EXPECT_TRUE(quarantine.told().empty());
}

TEST(Mesh_Visitors, SuspicionAloneRefusesAtTheThirdDeathInARow) {
  tests::TemporaryDirectory directory;
  const auto life = [&](Role last) {
    {
      RoleQuarantine before;
      before.open(directory.path());
      before.of(v1::ROLE_GATEWAY).got(10, now() - 300);
      before.of(last).got(10, now());
    }
    RoleQuarantine after;
    after.open(directory.path());
    return after.judge("media", died(kCrash));
  };
  EXPECT_EQ(life(v1::ROLE_SIGNALING), "");
  EXPECT_EQ(life(v1::ROLE_SIGNALING), "");
  EXPECT_EQ(life(v1::ROLE_POLICY), "") << "another one: not in a row";
  EXPECT_EQ(life(v1::ROLE_SIGNALING), "");
  EXPECT_EQ(life(v1::ROLE_SIGNALING), "");
  EXPECT_NE(life(v1::ROLE_SIGNALING).find("signaling (uid 0, pid 0) was the last one heard before each of 3 ends"),
            std::string::npos);
}

TEST(Mesh_Visitors, FileOfAnotherIsNotFollowedAndNoFolderIsNoFailure) {
  tests::TemporaryDirectory directory;
  const auto others = directory.path() / "of another";
  std::ofstream(others) << "stays";
  std::filesystem::create_symlink(others, directory.path() / "visitors");
  RoleQuarantine quarantine;
  quarantine.open(directory.path());
  quarantine.came(v1::ROLE_UI, 1, 1);
  EXPECT_TRUE(quarantine.admits(v1::ROLE_UI));
  EXPECT_EQ(std::filesystem::file_size(others), 5u);
  quarantine.open({});
}

}  // namespace
}  // namespace phone::mesh
