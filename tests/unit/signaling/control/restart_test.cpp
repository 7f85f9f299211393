// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Orders of the call manager under virtual time: the configuration is fetched at once, what ends the registration waits
// for the end of all calls, and the next REGISTER says why (cucm-calls.md 5).
#include "services/signaling/control/restart.hpp"

#include "tests/unit/signaling/control/controlled_phone.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

class F94_Restart_Table : public ControlledPhone {};

bool says(const Message& request, const std::string& reason) {
  return request.field("Reason").value_or("").find(reason) != std::string::npos;
}

TEST_F(F94_Restart_Table, AResetFetchesAtOnceUnregistersAndRegistersOverAnotherConnection) {
  const std::string before = call_id();
  EXPECT_EQ(said_to(control(reset())).status, 200);
  ASSERT_EQ(phone.world.fetches.size(), 1U);
  EXPECT_EQ(phone.world.fetches[0].first, "the call manager orders reset");
  EXPECT_EQ(registers.size(), 1U);  // nothing is given up before the configuration is here
  EXPECT_NE(phone.agent.view().pending, "");
  fetched(settings("8", 2));
  ASSERT_EQ(registers.size(), 3U);
  EXPECT_EQ(registers[1].field("Expires"), "0");
  EXPECT_EQ(registers[1].call_id, before);
  EXPECT_TRUE(says(registers[1], "cisco-alarm:22 ")) << *registers[1].field("Reason");
  EXPECT_NE(registers[2].field("Expires"), "0");
  EXPECT_NE(registers[2].call_id, before);
  EXPECT_TRUE(says(registers[2], "Last=reset-reset"));
  EXPECT_TRUE(phone.agent.view().registered);
  EXPECT_EQ(phone.agent.view().pending, "");
  EXPECT_EQ(phone.world.closed.size(), 2U);  // both servers' connections
}

TEST_F(F94_Restart_Table, DuringACallTheConfigurationIsFetchedAndTheRegistrationStays) {
  const std::string id = call();
  EXPECT_EQ(said_to(control(reset())).status, 200);
  Settings other = settings("8", 2);
  other.targets[0].address = "cucm9";  // ends every connection
  fetched(other);
  EXPECT_TRUE(phone.pass(seconds(60)));
  EXPECT_EQ(registers.size(), 1U);
  EXPECT_TRUE(phone.world.closed.empty());
  EXPECT_EQ(phone.agent.view().calls.back().state, CallState::kEstablished);
  EXPECT_NE(phone.agent.view().pending.find("when no call is up"), std::string::npos) << phone.agent.view().pending;
  ASSERT_TRUE(phone.agent.hang_up(id, phone.now).ok());
  EXPECT_TRUE(phone.pass(seconds(1)));
  ASSERT_EQ(registers.size(), 3U);
  EXPECT_EQ(registers[1].field("Expires"), "0");
  EXPECT_TRUE(says(registers[2], "cisco-alarm:22 "));
  EXPECT_EQ(phone.world.opened.back().second.address, "cucm2");
  EXPECT_EQ(phone.agent.view().registrations[0].server, "CUCM no. 1 (cucm9:5061)");
  EXPECT_TRUE(phone.agent.view().registrations[0].active);
}

TEST_F(F94_Restart_Table, APolicyThatNeedsAnotherRegistrationWaitsForTheEndOfTheCall) {
  const std::string id = call();
  Settings other = settings("8", 2);
  other.lines[0].directory_number = other.directory_number = "4444";
  phone.agent.configure(other, phone.now);
  EXPECT_TRUE(phone.pass(seconds(30)));
  EXPECT_TRUE(phone.world.closed.empty());
  EXPECT_EQ(phone.agent.view().calls.back().state, CallState::kEstablished);
  EXPECT_EQ(phone.agent.view().pending, "registers with the new configuration when no call is up");
  ASSERT_TRUE(phone.agent.hang_up(id, phone.now).ok());
  EXPECT_TRUE(phone.pass(seconds(1)));
  EXPECT_EQ(last_register().to.user, "4444");
  EXPECT_EQ(phone.agent.view().pending, "");
}

struct StampRow {
  const char* name;
  const char *configuration, *dial_plan, *soft_keys;  // after a first check-version with {7} {1} {1}
  const char* reason;                                 // of the next REGISTER; nullptr: none
};

class F94_VersionStamps_Table : public F94_Restart_Table, public testing::WithParamInterface<StampRow> {};

INSTANTIATE_TEST_SUITE_P(Stamps, F94_VersionStamps_Table,
                         testing::Values(StampRow{"Equal", "{7}", "{1}", "{1}", nullptr},
                                         StampRow{"WithoutDialPlan", "{7}", "{}", "{1}", nullptr},
                                         StampRow{"OtherConfiguration", "{8}", "{1}", "{1}", "cisco-alarm:101 "},
                                         StampRow{"OtherSoftKeys", "{7}", "{1}", "{2}", "cisco-alarm:102 "},
                                         StampRow{"OtherDialPlan", "{7}", "{2}", "{1}", "cisco-alarm:103 "},
                                         StampRow{"AllZero", "{0-0000000000}", "{0-0000000000}", "{0-0000000000}",
                                                  "cisco-alarm:101 "},
                                         StampRow{"ZeroSoftKeys", "{7}", "{1}", "{0-0000000000}", "cisco-alarm:102 "}),
                         [](const auto& row) { return row.param.name; });

TEST_P(F94_VersionStamps_Table, OnlyOnesThatDifferCauseAnotherRegistration) {
  EXPECT_EQ(said_to(control(check_version("{7}", "{1}", "{1}"))).status, 200);
  EXPECT_TRUE(phone.world.fetches.empty());
  const StampRow& row = GetParam();
  EXPECT_EQ(said_to(control(check_version(row.configuration, row.dial_plan, row.soft_keys))).status, 200);
  if (row.reason == nullptr) {
    EXPECT_TRUE(phone.world.fetches.empty());
    return;
  }
  ASSERT_EQ(phone.world.fetches.size(), 1U);
  fetched(settings("7", 2));
  EXPECT_TRUE(says(last_register(), row.reason)) << *last_register().field("Reason");
  EXPECT_TRUE(phone.world.closed.empty());  // the connection is a good one
  EXPECT_TRUE(phone.agent.view().registered);
  // A server that goes on asking for what the phone cannot get does not keep it from being registered.
  EXPECT_EQ(said_to(control(check_version(row.configuration, row.dial_plan, row.soft_keys))).status, 200);
  EXPECT_EQ(phone.world.fetches.size(), 1U);
  EXPECT_TRUE(phone.pass(ServiceOrders::kSameStamps));
  const bool known_by_now = row.configuration == std::string("{7}") && row.soft_keys != std::string("{0-0000000000}");
  EXPECT_EQ(said_to(control(check_version(row.configuration, row.dial_plan, row.soft_keys))).status, 200);
  EXPECT_EQ(phone.world.fetches.size(), known_by_now ? 1U : 2U);
}

TEST_F(F94_Restart_Table, ApplyConfigDoesAsMuchAsItsResultSays) {
  EXPECT_EQ(said_to(control(apply("no_change"))).status, 200);
  EXPECT_TRUE(phone.world.fetches.empty());
  EXPECT_TRUE(reported("control.no_change"));

  EXPECT_EQ(said_to(control(apply("config_applied"))).status, 200);
  ASSERT_EQ(phone.world.fetches.size(), 1U);
  Settings dynamic = settings("8", 2);
  dynamic.dscp_media = 40;
  fetched(dynamic);
  EXPECT_EQ(registers.size(), 1U);
  EXPECT_EQ(phone.agent.view().pending, "");

  EXPECT_EQ(said_to(control(apply("config_applied"))).status, 200);
  Settings other = settings("9", 3);
  other.auth_name = "other";
  fetched(other);
  EXPECT_TRUE(says(registers.at(1), "cisco-alarm:104 "));
  EXPECT_EQ(registers[1].field("Expires"), "0");
  EXPECT_TRUE(says(last_register(), "Last=apply_config"));

  registered_over = phone.world.opened.at(phone.world.opened.size() - 2).first;
  const size_t before = registers.size();
  EXPECT_EQ(said_to(control(apply("reregister_needed"))).status, 200);
  fetched(other);
  ASSERT_EQ(registers.size(), before + 2);
  EXPECT_TRUE(says(last_register(), "cisco-alarm:104 "));
}

TEST_F(F94_Restart_Table, WhatCannotBeFetchedIsToldAndThePhoneIsRegisteredAllTheSame) {
  EXPECT_EQ(said_to(control(reset())).status, 200);
  const auto done = phone.world.fetches.back().second;
  phone.agent.go_on([&] { done(absl::UnavailableError("10.0.0.1 does not answer")); }, phone.now);
  ASSERT_TRUE(phone.settle());
  EXPECT_TRUE(
      reported("control.not_fetched: the configuration could not be fetched for reset: 10.0.0.1 does not answer"));
  EXPECT_TRUE(says(last_register(), "cisco-alarm:22 "));
  EXPECT_TRUE(phone.agent.view().registered);
}

TEST_F(F94_Restart_Table, APolicyThatNeverArrivesIsNotWaitedForLongerThanItsTime) {
  EXPECT_EQ(said_to(control(reset())).status, 200);
  const auto done = phone.world.fetches.back().second;
  phone.agent.go_on([&] { done(99); }, phone.now);
  EXPECT_TRUE(phone.pass(Restart::kArrival - std::chrono::milliseconds(10)));
  EXPECT_EQ(registers.size(), 1U);
  EXPECT_TRUE(phone.pass(std::chrono::milliseconds(20)));
  EXPECT_EQ(registers.size(), 3U);
}

TEST_F(F94_Restart_Table, OrdersDuringAnOrderAreOneAndTheStrongestCounts) {
  EXPECT_EQ(said_to(control(apply("config_applied"))).status, 200);
  EXPECT_EQ(said_to(control(reset())).status, 200);
  EXPECT_EQ(said_to(control(apply("reregister_needed"))).status, 200);
  EXPECT_EQ(phone.world.fetches.size(), 3U);
  phone.agent.go_on([&] { phone.world.fetches[0].second(2); }, phone.now);  // an earlier one means nothing now
  EXPECT_EQ(registers.size(), 1U);
  fetched(settings("8", 2));
  ASSERT_EQ(registers.size(), 3U);
  EXPECT_TRUE(says(registers[2], "cisco-alarm:22 "));
}

TEST_F(F94_Restart_Table, AServerThatDoesNotAnswerTheUnregistrationDoesNotKeepThePhoneFromTheNext) {
  EXPECT_EQ(said_to(control(reset())).status, 200);
  silent = true;
  fetched(settings("8", 2));
  EXPECT_TRUE(phone.pass(seconds(20)));
  silent = false;
  EXPECT_TRUE(phone.pass(seconds(60)));
  EXPECT_TRUE(phone.agent.view().registered);
  EXPECT_EQ(phone.agent.view().pending, "");
}

}  // namespace
}  // namespace phone::signaling
