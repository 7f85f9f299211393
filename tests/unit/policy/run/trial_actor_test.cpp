// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F46: the actor's part of a trial: what is published, told, saved and asked for, in real time made short.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/policy/run/actor_bench.hpp"

namespace phone::policy {
namespace {

using actors::Bench;
using actors::run_of;
using std::chrono::milliseconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr TrialTimes kShort{.settle = milliseconds(10), .patience = milliseconds(150), .longest = milliseconds(400)};
constexpr TrialTimes kLong{.settle = milliseconds(10), .patience = std::chrono::minutes(10)};

RunResult six_alone(const std::string& stamp) {
  RunResult result = run_of(stamp);
  result.configuration->ip_address_mode = 2;
  return result;
}

// Configuration "1" is in force and has reached the server; then "2" comes, which takes IPv4 away.
struct F46_TrialActor : ::testing::Test {
  void begin(Bench& bench) {
    bench.send(ServersNamed{{"srv"}});
    ASSERT_TRUE(bench.becomes([&] { return bench.rounds.size() == 1; }));
    bench.send(RunFinished{run_of("1")});
    ASSERT_TRUE(bench.becomes([&] { return bench.published.back().configuration.version_stamp == "1"; }));
    bench.send(RegistrationSeen{.version = bench.published.back().version, .registered = true});
    ASSERT_TRUE(bench.becomes([&] { return !bench.saved.empty() && bench.saved.back().working.has_value(); }));
    bench.send(RunRequested{"another file"});
    ASSERT_TRUE(bench.becomes([&] { return bench.rounds.size() == 2; }));
    bench.send(RunFinished{six_alone("2")});
    ASSERT_TRUE(bench.becomes([&] { return bench.published.back().configuration.version_stamp == "2"; }));
    ASSERT_TRUE(bench.becomes([&] { return std::ranges::find(bench.told, "trial.begun") != bench.told.end(); }));
    EXPECT_THAT(bench.status().trial, HasSubstr("configuration 2 is on trial, since it changes address mode"));
  }
};

TEST_F(F46_TrialActor, WithoutTheServerTheWorkingConfigurationReturnsAndTheFileIsNotTakenAgain) {
  Bench bench({}, kShort);
  begin(bench);
  ASSERT_TRUE(bench.becomes([&] { return bench.rounds.size() == 3; }))
      << "the server is asked with the new configuration";
  bench.send(RunFinished{RunResult{.failure = "no provisioning server can be reached"}});
  ASSERT_TRUE(bench.becomes([&] { return bench.published.back().configuration.version_stamp == "1"; }));
  EXPECT_THAT(bench.told, Contains("incident.trial"));
  EXPECT_EQ(bench.saved.back().trial, TrialState::kTakenBack);
  const std::uint64_t version = bench.published.back().version;
  bench.send(RegistrationSeen{.version = version, .registered = true});

  RunResult again = six_alone("2");
  again.password = "48151623";
  bench.send(
      FileReport{.name = "SEP1.cnf.xml.sgn", .state = FileState::kAccepted, .reason = {}, .server = {}, .time = {}});
  bench.send(RunFinished{again});
  const Status status = bench.status();
  ASSERT_EQ(status.files.size(), 1U);
  EXPECT_EQ(status.files[0].state, FileState::kRefused);
  EXPECT_THAT(status.files[0].reason, HasSubstr("configuration 2 was taken back"));
  EXPECT_EQ(bench.published.back().configuration.version_stamp, "1");
  EXPECT_TRUE(bench.published.back().password_locked);
  EXPECT_THAT(bench.passwords, Contains(HasSubstr("48151623"))) << "the newest stays, whatever became of the rest";
  bench.send(RunFinished{six_alone("3")});
  ASSERT_TRUE(bench.becomes([&] { return bench.published.back().configuration.version_stamp == "3"; }))
      << "the file has changed";
}

TEST_F(F46_TrialActor, OneThatReachesTheServerStays) {
  Bench bench({}, kLong);
  begin(bench);
  ASSERT_TRUE(bench.becomes([&] { return bench.rounds.size() == 3; }));
  bench.send(RunFinished{six_alone("2")});
  EXPECT_THAT(bench.status().trial, HasSubstr("on trial")) << "not registered with it yet";
  bench.send(RegistrationSeen{.version = bench.published.back().version, .registered = true});
  ASSERT_TRUE(bench.becomes([&] { return bench.told.back() == "trial.confirmed"; }));
  EXPECT_EQ(bench.status().trial, "");
  EXPECT_EQ(bench.saved.back().working->configuration.version_stamp, "2");
}

TEST_F(F46_TrialActor, ARegistrationByThePolicyBeforeIsNoProof) {
  Bench bench({}, kLong);
  begin(bench);
  bench.send(RegistrationSeen{.version = bench.published.back().version - 1, .registered = true});
  ASSERT_TRUE(bench.becomes([&] { return bench.rounds.size() == 3; }));
  bench.send(RunFinished{six_alone("2")});
  EXPECT_THAT(bench.status().trial, HasSubstr("on trial"));
}

TEST_F(F46_TrialActor, ATrialOutlivesARestart) {
  State stored;
  {
    Bench bench({}, kLong);
    begin(bench);
    stored = bench.saved.back();
  }
  Bench again(stored, kShort);
  ASSERT_TRUE(again.becomes(
      [&] { return !again.published.empty() && again.published.back().configuration.version_stamp == "1"; }));
  EXPECT_THAT(again.told, Contains("incident.trial"));
}

// Over a power cycle it takes its time until the phone is registered; what failed before gets no turn for that.
TEST_F(F46_TrialActor, WhatWasTakenBackIsNotTriedSoonerBecauseOfAPowerCycle) {
  State stored;
  {
    Bench bench({}, kShort);
    begin(bench);
    ASSERT_TRUE(bench.becomes([&] { return bench.saved.back().trial == TrialState::kTakenBack; }));
    stored = bench.saved.back();
  }
  constexpr TrialTimes kHalf{.settle = milliseconds(10), .patience = milliseconds(300), .longest = milliseconds(9000)};
  const auto began = std::chrono::steady_clock::now();
  Bench again(stored, kHalf);
  ASSERT_TRUE(again.becomes(
      [&] { return !again.published.empty() && again.published.back().configuration.version_stamp == "2"; }));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 2 * kHalf.patience);
}

// A second instance waits for the directory of the first one (F82).
TEST_F(F46_TrialActor, ASuccessorGoesOnWithTheTrialAndKeepsTheLock) {
  State stored;
  {
    Bench bench({}, kLong);
    begin(bench);
    stored = bench.saved.back();
  }
  State before;
  before.policy.password_locked = true;
  Bench next(before, kShort);
  next.send(StateDirBusy{});
  next.send(StateDirAcquired{stored});
  EXPECT_THAT(next.reset("asked for"), HasSubstr("phonectl unlock"));
  ASSERT_TRUE(next.becomes([&] { return next.published.back().configuration.version_stamp == "1"; }));
  EXPECT_THAT(next.told, Contains("incident.trial"));
  EXPECT_TRUE(next.published.back().password_locked);
}

TEST_F(F46_TrialActor, WhenTheOldOneDoesNotReachTheServerEitherTheNewOneIsTriedAgain) {
  Bench bench({}, kShort);
  begin(bench);
  ASSERT_TRUE(bench.becomes([&] { return bench.published.back().configuration.version_stamp == "1"; }));
  ASSERT_TRUE(bench.becomes([&] { return bench.published.back().configuration.version_stamp == "2"; }));
}

TEST_F(F46_TrialActor, AResetForgetsTheConfigurationTellsWhatThatLowersAndFetchesAnew) {
  Bench bench({}, kLong);
  bench.send(ServersNamed{{"srv"}});
  ASSERT_TRUE(bench.becomes([&] { return bench.rounds.size() == 1; }));
  RunResult strict = run_of("1");
  strict.configuration->pc_port_disabled = true;
  strict.configuration->tls.fips = true;
  strict.password = "48151623";
  bench.send(RunFinished{strict});
  ASSERT_TRUE(bench.becomes([&] { return bench.passwords.size() == 1; }));
  bench.send(LockSeen{false});  // the user has unlocked
  EXPECT_EQ(bench.reset("asked for"), "");
  ASSERT_TRUE(bench.becomes([&] { return bench.rounds.size() == 2; }));
  EXPECT_EQ(bench.published.back().stage, Stage::kDefault);
  EXPECT_TRUE(bench.published.back().reset);
  EXPECT_THAT(bench.passwords, ElementsAre("48151623 fips", ""));
  EXPECT_THAT(bench.told, Contains("policy.reset"));
  ASSERT_EQ(bench.lowerings.size(), 1U);
  EXPECT_THAT(bench.lowerings[0], HasSubstr("PC port lock from on to off"));
  bench.send(RunFinished{run_of("1")});
  ASSERT_TRUE(bench.becomes([&] { return bench.published.back().stage == Stage::kComplete; }));
  EXPECT_FALSE(bench.published.back().reset);
}

TEST_F(F46_TrialActor, LockedSettingsAreNotReset) {
  Bench bench({}, kLong);
  bench.send(ServersNamed{{"srv"}});
  RunResult restricted = run_of("1");
  restricted.configuration->settings_access = SettingsAccess::kRestricted;
  bench.send(RunFinished{restricted});
  EXPECT_THAT(bench.reset("asked for"), HasSubstr("restricts the settings"));
  EXPECT_EQ(bench.status().stage, Stage::kComplete);
  RunResult open = run_of("2");
  bench.send(RunFinished{open});
  bench.send(LockSeen{true});
  EXPECT_EQ(bench.status().lock, settings::Lock::kPassword);
  EXPECT_THAT(bench.reset("asked for"), HasSubstr("phonectl unlock"));
  bench.send(LockSeen{false});
  EXPECT_EQ(bench.reset("asked for"), "");
}

// The lock takes its time for the hash of a first password; nobody may use that time.
TEST_F(F46_TrialActor, AFirstPasswordLocksBeforeTheLockHasSpoken) {
  Bench bench;
  RunResult with_password = run_of("1");
  with_password.password = "48151623";
  bench.send(RunFinished{with_password});
  EXPECT_THAT(bench.reset("sold", true), HasSubstr("phonectl unlock"));
  EXPECT_EQ(bench.factory_resets, 0);
  bench.send(LockSeen{false});
  EXPECT_EQ(bench.reset("sold", true), "") << "the user has unlocked";
  // The same again changes nothing for who has unlocked.
  bench.send(RunFinished{with_password});
  EXPECT_EQ(bench.reset("sold", true), "");
  RunResult without = run_of("2");
  bench.send(RunFinished{without});
  bench.send(RunFinished{with_password});
  EXPECT_THAT(bench.reset("sold", true), HasSubstr("phonectl unlock")) << "one that is new locks again";
}

// The phone erases itself once the order is on flash; this process only writes it.
TEST_F(F46_TrialActor, AFactoryResetIsOrderedOnFlashOrRefusedWithTheReason) {
  Bench bench;
  RunResult locked = run_of("1");
  bench.send(RunFinished{locked});
  bench.send(LockSeen{true});
  EXPECT_THAT(bench.reset("sold", true), HasSubstr("phonectl unlock"));
  EXPECT_EQ(bench.factory_resets, 0);
  bench.send(LockSeen{false});
  bench.save_status = absl::UnavailableError("no room");
  EXPECT_THAT(bench.reset("sold", true), HasSubstr("cannot be written to flash: no room"));
  EXPECT_THAT(bench.told, ::testing::Not(Contains("policy.factory_reset")));
  bench.make_room();
  EXPECT_EQ(bench.reset("sold", true), "");
  EXPECT_EQ(bench.factory_resets, 2);
  EXPECT_THAT(bench.told, Contains("policy.factory_reset"));
  EXPECT_EQ(bench.status().stage, Stage::kComplete) << "what is in force stays until the phone ends";
}

}  // namespace
}  // namespace phone::policy
