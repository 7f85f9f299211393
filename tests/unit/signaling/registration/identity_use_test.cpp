// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F86: what a registration says about the certificate that its connection showed.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/signaling/registration/registration_state.hpp"
#include "tests/unit/signaling/fake_user_agent_port.hpp"

namespace phone::signaling {
namespace {

class F86_IdentityUse : public testing::Test {
 protected:
  void SetUp() override {
    agent.configure(test_settings(), now);
    up("key-1");
  }
  FlowId flow() const { return world.opened.back().first; }
  void up(const std::string& key) {
    FlowFacts facts = test_facts();
    facts.client_key = key;
    agent.flow_up(flow(), facts, now);
    request = world.next();
    EXPECT_EQ(request.method, "REGISTER");
  }
  // As far as the next connection that is asked for.
  void reconnect() {
    const FlowId old = flow();
    agent.flow_down({.flow = old, .reason = "reset"}, now);
    now += std::chrono::seconds(1);
    agent.on_time(now);
    ASSERT_NE(flow(), old);
  }
  void answer(int status) { agent.flow_message(flow(), answer_to(request, status, {{"Expires", "120"}}), now); }
  void refresh() {
    now += std::chrono::seconds(110);
    agent.on_time(now);
    request = world.next();
    ASSERT_EQ(request.method, "REGISTER");
  }
  void reported(bool held, bool taken, bool show_another = false) {
    agent.identity_use_reported({.flow = flow(), .held = held, .taken = taken, .show_another = show_another}, now);
  }
  size_t reports() const { return world.identity_uses.size(); }

  FakeUserAgentPort world;
  UserAgent agent{world};
  TimePoint now{std::chrono::seconds(1000)};
  Message request;
};

TEST_F(F86_IdentityUse, ARegistrationThatHoldsIsReported) {
  answer(200);
  ASSERT_EQ(reports(), 1u);
  const auto& [over, use] = world.identity_uses.back();
  EXPECT_EQ(over, flow());
  EXPECT_EQ(use.key, "key-1");
  EXPECT_TRUE(use.held);
  EXPECT_EQ(use.server, "cucm1");
  EXPECT_EQ(use.reason, "");
}

TEST_F(F86_IdentityUse, OfTheRefusalsOnly403IsReported) {
  answer(503);
  EXPECT_EQ(reports(), 0u);
  now += std::chrono::seconds(31);
  agent.on_time(now);
  request = world.next();
  answer(403);
  ASSERT_EQ(reports(), 1u);
  EXPECT_FALSE(world.identity_uses.back().second.held);
  EXPECT_EQ(world.identity_uses.back().second.reason, "403");
}

TEST_F(F86_IdentityUse, EachRefreshReportsAgainUntilItWasTakenDown) {
  answer(200);
  reported(true, false);
  refresh();
  answer(200);
  EXPECT_EQ(reports(), 2u) << "certificate_manager did not respond";
  reported(true, true);
  refresh();
  answer(200);
  EXPECT_EQ(reports(), 2u);
  refresh();
  answer(403);
  EXPECT_EQ(reports(), 2u) << "a certificate that has proven itself is not the reason";
}

TEST_F(F86_IdentityUse, ANewConnectionIsOnTrialAgain) {
  answer(200);
  reported(true, true);
  reconnect();
  up("key-2");
  answer(200);
  ASSERT_EQ(reports(), 2u);
  EXPECT_EQ(world.identity_uses.back().second.key, "key-2");
}

TEST_F(F86_IdentityUse, WithoutTlsNoCertificateWasShown) {
  reconnect();
  up("");
  answer(200);
  EXPECT_EQ(reports(), 0u);
}

TEST_F(F86_IdentityUse, AnAlarmsAnswerSaysNothing) {
  Settings settings = test_settings();
  settings.alarms = {{.number = 1, .code = 3}};
  answer(200);
  agent.configure(settings, now);
  request = world.next();
  ASSERT_EQ(request.method, "REFER");
  answer(202);
  EXPECT_EQ(reports(), 1u);
}

TEST_F(F86_IdentityUse, AServerThatDoesNotTakeTheCertificateIsReportedAtTheEnd) {
  agent.flow_down({.flow = flow(),
                   .reason = "TLS read: tlsv1 alert unknown ca (with LSC, RSA 2048)",
                   .certificate_refusal = CertificateRefusal{"key-1", "TLS read: tlsv1 alert unknown ca"}},
                  now);
  ASSERT_EQ(reports(), 1u);
  const IdentityUse& use = world.identity_uses.back().second;
  EXPECT_EQ(use.key, "key-1");
  EXPECT_FALSE(use.held);
  EXPECT_EQ(use.server, "cucm1");
  EXPECT_EQ(use.reason, "TLS read: tlsv1 alert unknown ca");
}

TEST_F(F86_IdentityUse, WhenThereIsAnotherToShowTheConnectionIsMadeAnew) {
  answer(200);
  const FlowId old = flow();
  reported(true, true, true);
  EXPECT_EQ(world.closed, std::vector<FlowId>{old});
  EXPECT_EQ(agent.view().registrations.at(0).reason, "reconnecting to show the new certificate");
  agent.on_time(now + std::chrono::seconds(1));
  EXPECT_NE(flow(), old);
}

TEST_F(F86_IdentityUse, AnAnswerForAConnectionThatIsGoneChangesNothing) {
  const FlowId old = flow();
  reconnect();
  agent.identity_use_reported({.flow = old, .held = true, .taken = true, .show_another = true}, now);
  EXPECT_TRUE(world.closed.empty());
}

TEST(F86_CertificateState, LeadsFromEveryState) {
  using enum CertificateState;
  for (const CertificateState from : {kOnTrial, kProven}) {
    EXPECT_EQ(next(from, CertificateEvent::kShown), kOnTrial) << name_of(from);
    EXPECT_EQ(next(from, CertificateEvent::kHeld), kProven) << name_of(from);
    EXPECT_EQ(next(from, CertificateEvent::kFailed), from) << name_of(from);
  }
}

}  // namespace
}  // namespace phone::signaling
