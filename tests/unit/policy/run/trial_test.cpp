// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F46: a configuration that changes the way to the server stays only when the server is reached with it.
#include "services/policy/run/trial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace phone::policy {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Configuration configuration(const std::string& stamp) {
  Configuration made;
  made.version_stamp = stamp;
  made.call_managers = {{.name = "cm", .address = "10.0.0.1"}};
  return made;
}

struct WayRow {
  const char* what;
  void (*change)(Configuration&);
};
class F46_Trial_Table : public ::testing::TestWithParam<WayRow> {};
TEST_P(F46_Trial_Table, ChangesTheWayToTheServer) {
  const Configuration before = configuration("1");
  Configuration after = before;
  GetParam().change(after);
  EXPECT_THAT(way_changed(before, after), ElementsAre(GetParam().what));
  State state;
  state.policy.stage = Stage::kComplete;
  state.policy.configuration = before;
  EXPECT_FALSE(trial_due(state, after)) << "nothing is known to work";
  ASSERT_TRUE(confirm(state));
  EXPECT_TRUE(trial_due(state, after));
}
INSTANTIATE_TEST_SUITE_P(
    Ways, F46_Trial_Table,
    ::testing::Values(WayRow{"address mode", [](Configuration& c) { c.ip_address_mode = 2; }},
                      WayRow{"VLAN", [](Configuration& c) { c.voice_vlan = false; }},
                      WayRow{"VLAN", [](Configuration& c) { c.cdp_switch_port = false; }},
                      WayRow{"VLAN", [](Configuration& c) { c.lldp_switch_port = false; }},
                      WayRow{"802.1X", [](Configuration& c) { c.eap_authentication = EapAuthentication::kEnabled; }},
                      WayRow{"WLAN", [](Configuration& c) { c.wlan_disabled = true; }},
                      WayRow{"TLS minimum", [](Configuration& c) { c.tls.client_minimum = tls::kTls13; }},
                      WayRow{"TLS cipher suites", [](Configuration& c) { c.tls.switched_off = 4; }},
                      WayRow{"FIPS mode", [](Configuration& c) { c.tls.fips = true; }},
                      WayRow{"call managers", [](Configuration& c) { c.call_managers[0].address = "10.0.0.2"; }},
                      WayRow{"call managers", [](Configuration& c) { c.call_managers[0].secure_sip_port = 5071; }}));

TEST(F46_Trial, WhatDoesNotChangeTheWayIsNotTried) {
  Configuration after = configuration("2");
  after.speaker_disabled = true;
  EXPECT_THAT(way_changed(configuration("1"), after), IsEmpty());
}

TEST(F46_Trial, AHigherSecurityModeIsNeverTakenBack) {
  State state;
  state.policy.stage = Stage::kComplete;
  state.policy.configuration = configuration("1");
  ASSERT_TRUE(confirm(state));
  Configuration after = configuration("2");
  after.security_mode = SecurityMode::kEncrypted;
  after.ip_address_mode = 2;
  EXPECT_FALSE(trial_due(state, after));
}

State on_trial() {
  State state;
  state.policy.stage = Stage::kComplete;
  state.policy.version = 7;
  state.policy.configuration = configuration("1");
  state.encrypted = true;
  state.elements = {{.element = "ipAddressMode", .text = "2"}};
  EXPECT_TRUE(confirm(state));
  state.policy.configuration = configuration("2");
  state.policy.configuration.ip_address_mode = 2;
  state.encrypted = false;
  state.elements = {{.element = "ipAddressMode", .text = "1"}};
  state.trial = TrialState::kTrying;
  return state;
}

TEST(F46_Trial, TheWorkingOneReturnsWholeAndWhatFailedIsRemembered) {
  State state = on_trial();
  EXPECT_THAT(trial_sentence(state), HasSubstr("configuration 2 is on trial, since it changes address mode"));
  ASSERT_TRUE(flip(state));
  EXPECT_EQ(state.trial, TrialState::kTakenBack);
  EXPECT_EQ(state.policy.version, 8U);
  EXPECT_EQ(state.policy.configuration, configuration("1"));
  EXPECT_TRUE(state.encrypted);
  EXPECT_EQ(state.elements[0].text, "2");
  ASSERT_TRUE(state.taken_back);
  EXPECT_EQ(state.taken_back->configuration.version_stamp, "2");
  EXPECT_EQ(
      trial_sentence(state),
      "configuration 2 was taken back: the call manager was not reached with its address mode; it is tried again when "
      "the file changes");
}

TEST(F46_Trial, WhatTheNewOneHasStricterStaysThroughEveryTurn) {
  State state = on_trial();
  state.encrypted = true;
  state.working->encrypted = false;
  state.policy.configuration.pc_port_disabled = true;
  state.policy.configuration.settings_access = SettingsAccess::kRestricted;
  state.policy.configuration.tls.fips = true;
  const Configuration tried = state.policy.configuration;
  for (int turn = 0; turn < 2; ++turn) {
    ASSERT_TRUE(flip(state));
    EXPECT_EQ(state.policy.configuration.version_stamp, "1");
    EXPECT_TRUE(state.policy.configuration.pc_port_disabled);
    EXPECT_EQ(state.policy.configuration.settings_access, SettingsAccess::kRestricted);
    EXPECT_FALSE(state.policy.configuration.tls.fips) << "it may be what lost the server";
    EXPECT_EQ(state.policy.configuration.ip_address_mode, 0U);
    EXPECT_TRUE(state.encrypted);
    EXPECT_THAT(kept_strict(state), ElementsAre("encrypted configuration file", "PC port lock", "settings access"));
    ASSERT_TRUE(state.taken_back);
    EXPECT_EQ(state.taken_back->configuration, tried) << "or it would be tried again at once";
    ASSERT_TRUE(flip(state));
    EXPECT_EQ(state.policy.configuration, tried);
  }
}

TEST(F46_Trial, WhenNeitherReachesTheServerTheyTakeTurns) {
  State state = on_trial();
  ASSERT_TRUE(flip(state));
  ASSERT_TRUE(flip(state));
  EXPECT_EQ(state.trial, TrialState::kTrying);
  EXPECT_EQ(state.policy.configuration.version_stamp, "2");
  ASSERT_TRUE(flip(state));
  EXPECT_EQ(state.policy.configuration.version_stamp, "1");
}

TEST(F46_Trial, OneThatReachesTheServerIsTheWorkingOne) {
  State state = on_trial();
  EXPECT_TRUE(confirm(state));
  EXPECT_EQ(state.trial, TrialState::kNone);
  EXPECT_EQ(state.working->configuration.version_stamp, "2");
  EXPECT_FALSE(confirm(state)) << "known";
  EXPECT_FALSE(flip(state));
}

TEST(F46_Trial, ConfirmingTheOldOneKeepsTheOtherRefused) {
  State state = on_trial();
  ASSERT_TRUE(flip(state));
  EXPECT_TRUE(confirm(state));
  EXPECT_EQ(state.trial, TrialState::kNone);
  ASSERT_TRUE(state.taken_back);
  EXPECT_THAT(trial_sentence(state), HasSubstr("configuration 2 was taken back"));
  EXPECT_FALSE(flip(state));
}

TEST(F46_Trial, AResetLeavesTheStrictDefaultAndItsCount) {
  State state = on_trial();
  state.policy.device_name = "SEP1";
  state.alarms = 3;
  forget_configuration(state);
  EXPECT_EQ(state.policy.version, 8U);
  EXPECT_EQ(state.policy.stage, Stage::kDefault);
  EXPECT_TRUE(state.policy.reset);
  EXPECT_EQ(state.policy.configuration, Configuration());
  EXPECT_EQ(state.policy.device_name, "SEP1");
  EXPECT_EQ(state.alarms, 3U);
  EXPECT_FALSE(state.working || state.taken_back);
}

struct F46_TrialClock : ::testing::Test {
  using Due = TrialClock::Due;
  TrialClock clock{{.settle = milliseconds(20), .patience = milliseconds(180), .longest = milliseconds(500)}};
  TrialClock::Time start{std::chrono::seconds(10)};
  TrialClock::Time at(int ms) const { return start + milliseconds(ms); }
};

TEST_F(F46_TrialClock, FetchesWhenTheServicesHaveSettledAndEndsWhenPatienceDoes) {
  EXPECT_EQ(clock.due(at(0)), Due::kNothing) << "not begun";
  clock.begin(start);
  EXPECT_EQ(clock.next(), at(20));
  EXPECT_EQ(clock.due(at(19)), Due::kNothing);
  EXPECT_EQ(clock.due(at(20)), Due::kFetch);
  EXPECT_EQ(clock.due(at(21)), Due::kNothing) << "once";
  EXPECT_EQ(clock.next(), at(180));
  EXPECT_EQ(clock.due(at(179)), Due::kNothing);
  EXPECT_EQ(clock.due(at(180)), Due::kFlip);
  EXPECT_FALSE(clock.running());
}

TEST_F(F46_TrialClock, AFetchFromBeforeTheServicesHadSettledProvesNothing) {
  clock.begin(start);
  clock.registered(true);
  clock.fetch_began(at(5));
  clock.fetched();
  EXPECT_FALSE(clock.proven());
  clock.fetch_began(at(20));
  EXPECT_FALSE(clock.proven());
  clock.fetched();
  EXPECT_TRUE(clock.proven());
}

TEST_F(F46_TrialClock, BothAFetchAndARegistrationAreNeeded) {
  clock.begin(start);
  clock.fetch_began(at(30));
  clock.fetched();
  EXPECT_FALSE(clock.proven());
  clock.registered(true);
  EXPECT_TRUE(clock.proven());
  clock.registered(false);
  EXPECT_FALSE(clock.proven());
}

TEST_F(F46_TrialClock, PatienceDoublesWithEachReturnUpToALimit) {
  clock.begin(start);
  for (const int patience : {360, 500, 500}) {
    clock.begin(start, true);
    (void)clock.due(at(20));
    EXPECT_EQ(clock.next(), at(patience));
  }
  clock.begin(start);
  (void)clock.due(at(20));
  EXPECT_EQ(clock.next(), at(180)) << "another configuration";
}

}  // namespace
}  // namespace phone::policy
