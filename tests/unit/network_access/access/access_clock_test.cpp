// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A phone whose clock is in 1970 at a port with 802.1X: it has to authenticate before anybody can tell it the time.
#include <gtest/gtest.h>

#include "services/network_access/access/access.hpp"

namespace phone::network::access_test {
namespace {

class Witness : public Access::Delegate {
 public:
  void entered(Access::State, Access::State, std::string_view) override {}
  void session_entered(AccessState, AccessState, std::string_view) override {}
  void run(Plan plan) override {
    for (const auto& one : plan) commands += one.text + "\n";
  }
  void ask_status(std::uint64_t) override {}
  void ask_access_points() override {}
  void arm(std::optional<std::chrono::milliseconds>) override {}
  void publish(const AccessProfile&, const AccessStatus&) override {}
  void tell(std::string, Access::Severity, std::string) override {}
  absl::Status save(const AccessProfile&) override { return absl::OkStatus(); }
  void keep(const AccessProfile&) override {}
  absl::Status write_files(const SupplicantSetup&, const AccessProfile&, const std::string&) override {
    return absl::OkStatus();
  }
  void forget_files() override {}
  absl::StatusOr<bool> keep_pac(const std::string&) override { return false; }
  const crypto::Secret& pac() const override { return pac_; }
  // What the supplicant has been told since the last call.
  std::string take_commands() { return std::exchange(commands, {}); }
  std::string commands;

 private:
  crypto::Secret pac_;
};

absl::Time day(int year) { return absl::FromCivil(absl::CivilDay(year, 6, 1), absl::UTCTimeZone()); }
constexpr char kUnjudged[] = "tls_disable_time_checks=1";

struct F41_AccessWithoutATime : testing::Test {
  void begin(Access::Now now, absl::Time not_before, absl::Time not_after) {
    access.change_supplicant(true, now);
    access.change_link(true, now);
    access.change_certificates(
        {.device_name = "SEP0",
         .certificates =
             {{.kind = EapCertificate::kMic, .chain = {"der"}, .not_before = not_before, .not_after = not_after}}},
        now);
  }
  static Access::Now at(absl::Time wall, bool known) {
    return {.steady = std::chrono::steady_clock::time_point(std::chrono::hours(1)), .wall = wall, .clock_known = known};
  }

  Witness witness;
  Access access{{.profile = EapProfile{.enabled = true, .anchors = {"authority"}, .servers = {"radius.lab"}},
                 .policy = {},
                 .around = {.product = "DP", .anchors_file = "a", .certificate_file = "c"}},
                witness};
};

TEST_F(F41_AccessWithoutATime, NothingIsTooEarlyUntilThereIsOneThenItIsJudgedAgain) {
  begin(at(day(2026), false), day(2027), day(2040));
  EXPECT_EQ(access.state(), Access::State::kAsking) << access.status().detail;
  EXPECT_NE(witness.take_commands().find(kUnjudged), std::string::npos);
  // The clock is set: the server's certificate is judged by its dates now, so it authenticates anew.
  access.change_clock(at(day(2028), true));
  const std::string commands = witness.take_commands();
  EXPECT_NE(commands.find("phase1"), std::string::npos) << commands;
  EXPECT_EQ(commands.find(kUnjudged), std::string::npos) << commands;
  access.change_clock(at(day(2028), true));
  EXPECT_EQ(witness.take_commands(), "") << "nothing is otherwise than before";
}

TEST_F(F41_AccessWithoutATime, WhatHasEndedByTheFloorHasEnded) {
  begin(at(day(2026), false), day(2016), day(2025));
  EXPECT_EQ(access.state(), Access::State::kGivenUp);
  EXPECT_EQ(access.status().cause, AccessCause::kOwnExpired);
}

TEST_F(F41_AccessWithoutATime, WithATimeItIsJudgedByItAndLookedAtAgainWhenTheClockJumps) {
  begin(at(day(2026), true), day(2027), day(2040));
  EXPECT_EQ(access.status().cause, AccessCause::kOwnNotYetValid);
  EXPECT_EQ(witness.take_commands().find(kUnjudged), std::string::npos);
  access.change_clock(at(day(2028), true));
  EXPECT_EQ(access.state(), Access::State::kAsking);
  // A failure under a clock that was wrong is not waited out.
  access.take(supplicant::EapStarted{}, at(day(2028), true));
  access.take(supplicant::EapFailed{}, at(day(2028), true));
  ASSERT_EQ(access.state(), Access::State::kPaused);
  access.change_clock(at(day(2029), true));
  EXPECT_EQ(access.state(), Access::State::kAsking);
}

}  // namespace
}  // namespace phone::network::access_test
