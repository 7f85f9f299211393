// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F95: the Date of a call manager's answer, which network_access may set the clock by.
#include <gtest/gtest.h>

#include "tests/unit/signaling/fake_user_agent_port.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

constexpr char kDate[] = "Sat, 13 Nov 2010 23:29:00 GMT";
constexpr seconds kMoment{1'289'690'940};

class F95_RegisterDate : public testing::Test {
 protected:
  void register_with(const Settings& settings, int status, const char* date) {
    agent.configure(settings, now);
    agent.flow_up(world.opened.at(0).first, test_facts(), now);
    agent.flow_message(world.last_flow, answer_to(world.next(), status, {{"Expires", "120"}, {"Date", date}}), now);
  }
  FakeUserAgentPort world;
  UserAgent agent{world};
  TimePoint now{seconds(1000)};
};

TEST_F(F95_RegisterDate, OfAnAcceptedRegistrationOverTlsIsReported) {
  register_with(test_settings(), 200, kDate);
  ASSERT_EQ(world.dates.size(), 1U);
  EXPECT_EQ(world.dates[0].first, test_settings().targets.at(0).address);
  EXPECT_EQ(world.dates[0].second.time_since_epoch(), kMoment);
}

TEST_F(F95_RegisterDate, WithoutTlsItIsAnyonesAndNotReported) {
  Settings settings = test_settings();
  for (Target& target : settings.targets) target.tls = false;
  register_with(settings, 200, kDate);
  EXPECT_TRUE(world.dates.empty());
}

TEST_F(F95_RegisterDate, OfARefusalIsNotReported) {
  register_with(test_settings(), 403, kDate);
  EXPECT_TRUE(world.dates.empty());
}

}  // namespace
}  // namespace phone::signaling
