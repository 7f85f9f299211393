// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/provisioning_actor.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/policy/run/actor_bench.hpp"

namespace phone::policy {
namespace {

using actors::Bench;
using actors::complete;
using actors::run_of;

TEST(F94_PolicyActor, ARefetchIsAnsweredByTheRunThatBeganAfterIt) {
  Bench bench;
  bench.refetch();
  ASSERT_TRUE(bench.becomes([&] { return bench.refused.size() == 1; }));
  EXPECT_EQ(bench.refused[0], "the network provides no provisioning server");
  bench.send(ServersNamed{{"srv"}});
  ASSERT_TRUE(bench.becomes([&] { return bench.rounds.size() == 1; }));
  bench.refetch();  // during a run, which may have read its files already
  bench.becomes([&] { return bench.told.back() == "provisioning.requested"; });
  bench.send(RunFinished{run_of("1")});
  ASSERT_TRUE(bench.becomes([&] { return bench.rounds.size() == 2; }));
  EXPECT_TRUE(bench.refetched.empty());
  bench.send(RunFinished{run_of("2")});
  ASSERT_TRUE(bench.becomes([&] { return bench.refetched.size() == 1; }));
  EXPECT_EQ(bench.refetched[0].version, bench.published.back().version);
  EXPECT_EQ(bench.refetched[0].failure, "");
  EXPECT_EQ(bench.published.back().configuration.version_stamp, "2");

  bench.refetch();
  ASSERT_TRUE(bench.becomes([&] { return bench.rounds.size() == 3; }));
  bench.send(RunFinished{{.end = RunOutcome::kFailed, .failure = "the server does not answer"}});
  ASSERT_TRUE(bench.becomes([&] { return bench.refetched.size() == 2; }));
  EXPECT_EQ(bench.refetched[1].failure, "the server does not answer");
}

TEST(F16_PolicyActor, StartsStrictAndGoesByStagesToComplete) {
  Bench bench;
  ASSERT_TRUE(bench.becomes([&] { return bench.published.size() == 1; }));
  EXPECT_EQ(bench.published[0].stage, Stage::kDefault);
  bench.send(ServersNamed{{"srv"}});
  ASSERT_TRUE(bench.becomes([&] { return bench.rounds.size() == 1; }));
  EXPECT_FALSE(bench.rounds[0].encrypted_before);
  bench.send(AlarmRaised{{.code = 4}});
  bench.send(PartialConfigurationReceived{Configuration{}, "SEP1"});
  bench.send(RunFinished{run_of("1")});
  ASSERT_TRUE(bench.becomes([&] { return bench.published.size() == 4; }));
  EXPECT_EQ(bench.published[1].alarms.back().code, 4U);
  EXPECT_EQ(bench.published[2].stage, Stage::kProvisioning);
  EXPECT_EQ(bench.published[3].stage, Stage::kComplete);
  EXPECT_EQ(bench.published[3].version, 4U);
  EXPECT_EQ(bench.saved.size(), 3U);
  EXPECT_EQ(bench.status().doing, "idle: the configuration is complete");
}

TEST(F16_PolicyActor, AnAuthenticationStringThatIsAwaitedIsTold) {
  Bench bench;
  bench.send(ServersNamed{{"srv"}});
  RunResult result = run_of("1");
  result.configuration->capf_auth_mode = CapfAuthMode::kString;
  bench.send(RunFinished{result});
  EXPECT_EQ(bench.status().doing,
            "the call manager waits for the CAPF authentication string: enter it with phonectl enrol");
}

TEST(F72_PolicyActor, ATlsMinimumThatHoldsOnlyInPartIsTold) {
  Bench bench;
  bench.send(ServersNamed{{"srv"}});
  RunResult result = run_of("1");
  result.configuration->tls.client_minimum = tls::kTls11;
  bench.send(RunFinished{result});
  ASSERT_TRUE(bench.becomes([&] { return !bench.told.empty() && bench.told.back() == "provisioning.complete"; }));
  EXPECT_NE(std::find(bench.told.begin(), bench.told.end(), "policy.tls_minimum"), bench.told.end());
  result.configuration->version_stamp = "2";
  result.configuration->tls.client_minimum = tls::kTls12;
  bench.told.clear();
  bench.send(RunFinished{result});
  ASSERT_TRUE(bench.becomes([&] { return !bench.told.empty() && bench.told.back() == "provisioning.complete"; }));
  EXPECT_EQ(std::find(bench.told.begin(), bench.told.end(), "policy.tls_minimum"), bench.told.end());
}

TEST(F16_PolicyActor, StoredPolicyIsServedBeforeAnyDownloadAndReplacedOnlyWhenChanged) {
  State stored{.encrypted = true};
  apply_complete(stored, complete("1"), true, "SEP1");
  Bench bench(stored);
  ASSERT_TRUE(bench.becomes([&] { return bench.published.size() == 1; }));
  EXPECT_EQ(bench.published[0].stage, Stage::kComplete);
  EXPECT_EQ(bench.published[0].version, stored.policy.version);
  bench.send(ServersNamed{{"srv"}});
  ASSERT_TRUE(bench.becomes([&] { return bench.rounds.size() == 1; }));
  EXPECT_TRUE(bench.rounds[0].encrypted_before);
  bench.send(PartialConfigurationReceived{Configuration{}, "SEP1"});
  bench.send(RunFinished{run_of("1")});
  EXPECT_EQ(bench.status().doing, "idle: the configuration is unchanged");
  EXPECT_EQ(bench.published.size(), 1U);
  bench.send(RunRequested{"apply-config"});
  bench.send(RunFinished{run_of("2")});
  ASSERT_TRUE(bench.becomes([&] { return bench.published.size() == 2; }));
  EXPECT_EQ(bench.published[1].version, stored.policy.version + 1);
}

TEST(F99_PolicyActor, TellsWhatAConfigurationLowersAndGivesTheRoundTheOneInForce) {
  State stored;
  apply_complete(stored, complete("1"), true, "SEP1");
  Bench bench(stored);
  bench.send(ServersNamed{{"srv"}});
  ASSERT_TRUE(bench.becomes([&] { return bench.rounds.size() == 1; }));
  EXPECT_EQ(bench.rounds[0].in_force, complete("1"));
  RunResult result = run_of("2");
  result.lowered = {{"FIPS mode", "on", "off"}};
  result.source = {"SEP1.cnf.xml.sgn", "CN=tftp", "2026-11-28 18:44:31 UTC"};
  bench.send(RunFinished{result});
  ASSERT_TRUE(bench.becomes([&] { return !bench.lowerings.empty(); }));
  EXPECT_EQ(bench.lowerings[0],
            "SEP1.cnf.xml.sgn, signed by CN=tftp 2026-11-28 18:44:31 UTC, lowers: FIPS mode from on to off");
}

TEST(F16_PolicyActor, FailedRoundLeavesThePolicyAndSaysWhy) {
  State stored;
  apply_complete(stored, complete("1"), false, "SEP1");
  Bench bench(stored);
  bench.send(ServersNamed{{"srv"}});
  bench.send(FileReport{.name = "SEP1.cnf.xml.sgn", .state = FileState::kRefused, .reason = "signed by a stranger"});
  bench.send(
      RunFinished{{.end = RunOutcome::kFailed, .failure = "SEP1.cnf.xml.sgn was refused: signed by a stranger"}});
  const Status status = bench.status();
  EXPECT_EQ(status.stage, Stage::kComplete);
  EXPECT_EQ(status.last_failure, "SEP1.cnf.xml.sgn was refused: signed by a stranger");
  ASSERT_EQ(status.files.size(), 1U);
  EXPECT_EQ(bench.published.size(), 1U);
  EXPECT_TRUE(bench.saved.empty());
  ASSERT_TRUE(bench.becomes([&] { return bench.rounds.size() == 2; })) << "tried again after two seconds";
}

TEST(F16_PolicyActor, FullDiskIsSaidAndThePolicyUsedAllTheSame) {
  Bench bench;
  bench.save_status = absl::ResourceExhaustedError("no space left");
  bench.send(ServersNamed{{"srv"}});
  bench.send(RunFinished{run_of("1")});
  ASSERT_TRUE(bench.becomes([&] { return bench.published.size() == 2; }));
  EXPECT_EQ(bench.published[1].stage, Stage::kComplete);
  EXPECT_TRUE(bench.becomes(
      [&] { return std::find(bench.told.begin(), bench.told.end(), "policy.not_saved") != bench.told.end(); }));
  // There is room again; nothing else has happened.
  bench.make_room();
  EXPECT_TRUE(bench.becomes(
      [&] { return std::find(bench.told.begin(), bench.told.end(), "policy.saved") != bench.told.end(); }));
  EXPECT_TRUE(bench.becomes([&] { return bench.saved.back().policy.stage == Stage::kComplete; }));
  EXPECT_EQ(std::count(bench.told.begin(), bench.told.end(), "policy.not_saved"), 1);
}

TEST(F16_PolicyActor, OtherServersEndTheRoundAndBeginTheNext) {
  Bench bench;
  bench.send(ServersNamed{{"a"}});
  bench.send(ServersNamed{{"b"}});
  ASSERT_TRUE(bench.becomes([&] { return bench.cancels == 1; }));
  bench.send(RunFinished{{.end = RunOutcome::kCancelled}});
  ASSERT_TRUE(bench.becomes([&] { return bench.rounds.size() == 2; }));
  EXPECT_EQ(bench.rounds[1].servers, std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace phone::policy
