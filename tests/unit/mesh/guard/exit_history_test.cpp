// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/guard/exit_history.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "tests/unit/mesh/house.hpp"

namespace phone::mesh {
namespace {

absl::Time at(int64_t milliseconds) { return absl::FromUnixMillis(milliseconds); }

struct Row {
  const char* what;
  const char* lines;
  const char* sentence;
};
const Row kRows[] = {
    {"first start", "", ""},
    {"first start is over", "100 serving\n", ""},
    {"killed", "100 serving\n9880 signal killed KILL\n", "media restarted after 120 ms: killed by signal KILL"},
    {"hung", "100 serving\n4000 watchdog killed ABRT\n",
     "media restarted after 6000 ms: hung and was ended by its watchdog"},
    {"sandbox", "100 serving\n9990 signal killed SYS\n",
     "media restarted after 10 ms: killed by SIGSYS: made a system call its sandbox forbids"},
    {"memory", "9990 oom-kill killed KILL\n", "media restarted after 10 ms: exceeded its memory limit"},
    {"in good order", "9990 success exited 0\n", "media restarted after 10 ms: stopped normally"},
    {"could not start", "1 serving\n9000 exit-code exited 70\n9500 exit-code exited 70\n9800 signal killed SEGV\n",
     "media restarted after 1000 ms: exited with status 70 (exit-code); 2 attempts to start failed; the last one: "
     "killed "
     "by signal SEGV"},
    {"noise is left out", "x\n12 signal\n\n9990 signal killed KILL\n9 9 9 9 9\n",
     "media restarted after 10 ms: killed by signal KILL"},
};

TEST(Mesh_Endings, ASentenceSaysOfWhatAndHowLong) {
  for (const Row& row : kRows)
    EXPECT_EQ(restart_sentence("media", parse_previous_exits(row.lines), at(10'000)), row.sentence) << row.what;
}

TEST(Mesh_Endings, RestartsAreCountedByCauseSincePowerOn) {
  const PreviousExits past = parse_previous_exits(
      "1 signal killed KILL\n2 serving\n3 signal killed KILL\n4 serving\n5 watchdog killed ABRT\n");
  EXPECT_EQ(past.restarts.at("signal"), 2u);
  EXPECT_EQ(past.restarts.at("watchdog"), 1u);
  EXPECT_EQ(past.since_served.size(), 1u);
}

TEST(Mesh_Endings, WhatTheSupervisorsProgramWritesIsReadByTheNextProcess) {
  const TemporaryDirectory directory;
  setenv("RUNTIME_DIRECTORY", directory.path().c_str(), 1);
  ExitHistory::open().serving();
  if (geteuid() == 0) {
    EXPECT_NE(system(PHONE_ENDING), 0) << "wrote into a folder of root's as root";
    ASSERT_EQ(chown(directory.path().c_str(), 7408, 7408), 0);
    ASSERT_EQ(chown((directory.path() / "endings").c_str(), 7408, 7408), 0);
  }
  const std::string program = "SERVICE_RESULT=signal EXIT_CODE=killed EXIT_STATUS=SEGV " PHONE_ENDING;
  ASSERT_EQ(system(program.c_str()), 0);
  ExitHistory next = ExitHistory::open();
  ASSERT_EQ(next.past().since_served.size(), 1u);
  EXPECT_EQ(cause_of(next.past().since_served[0]), "killed by signal SEGV");
  EXPECT_LT(since_boot() - next.past().since_served[0].when, absl::Minutes(1));
  next.serving();
  EXPECT_TRUE(ExitHistory::open().past().since_served.empty());
  EXPECT_EQ(ExitHistory::open().past().restarts.at("signal"), 1u);
  unsetenv("RUNTIME_DIRECTORY");
}

}  // namespace
}  // namespace phone::mesh
