// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "common/product/product.hpp"
#include "tests/unit/signaling/fake_user_agent_port.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

class F15_DeviceAuthentication : public testing::Test {
 protected:
  void start(Settings settings) { agent.configure(settings, now); }
  void up(size_t nth) { agent.flow_up(world.opened.at(nth).first, test_facts(), now); }
  void up_with(size_t nth, const std::string& key) {
    FlowFacts facts = test_facts();
    facts.client_key = key;
    agent.flow_up(world.opened.at(nth).first, facts, now);
  }
  void down(size_t nth, const std::string& why = "reset", FlowEnd end = FlowEnd::kLost) {
    agent.flow_down({.flow = world.opened.at(nth).first, .reason = why, .end = end}, now);
  }
  void answer(const Message& request, int status, std::vector<HeaderField> extra = {}) {
    agent.flow_message(world.last_flow, answer_to(request, status, std::move(extra)), now);
  }
  void pass(Milliseconds time) {
    TimePoint end = now + time;
    for (auto due = agent.deadline(); due.has_value() && *due <= end; due = agent.deadline()) {
      now = std::max(now, *due);
      agent.on_time(now);
      if (agent.deadline() == due) break;
    }
    now = end;
    agent.on_time(now);
  }
  void register_first() {
    start(test_settings());
    up(0);
    answer(world.next(), 200, {{"Expires", "120"}});
  }

  FakeUserAgentPort world;
  UserAgent agent{world};
  TimePoint now{seconds(1000)};
};
using RegistrationFailover = F15_DeviceAuthentication;
using F29_TrustListUpdateAlarm = F15_DeviceAuthentication;
using F75_DigestUser = F15_DeviceAuthentication;
using F36_FipsShortCertificate = F15_DeviceAuthentication;
using F81_CallsSurvive = F15_DeviceAuthentication;
using F86_LscOnTrial = F15_DeviceAuthentication;

TEST_F(F15_DeviceAuthentication, NothingIsConnectedBeforeThePolicyIsComplete) {
  Settings settings = test_settings();
  settings.complete = false;
  start(settings);
  pass(seconds(60));
  EXPECT_TRUE(world.opened.empty());
}

TEST_F(F81_CallsSurvive, AConnectionFromAnAddressThatIsGoneIsMadeAgain) {
  register_first();
  const size_t opened = world.opened.size();
  agent.addresses_are({"192.0.2.99", "2001:db8::9"}, now);
  // While there is none the old one may come back.
  agent.addresses_are({}, now);
  agent.addresses_are({"192.0.2.99"}, now);
  pass(seconds(1));
  EXPECT_TRUE(world.closed.empty());
  EXPECT_EQ(world.opened.size(), opened);
  agent.addresses_are({"192.0.2.50"}, now);
  pass(seconds(3));
  EXPECT_FALSE(world.closed.empty());
  EXPECT_GT(world.opened.size(), opened);
}

TEST_F(F81_CallsSurvive, AnAddressNobodyEverNamedIsNotMissed) {
  register_first();
  agent.addresses_are({"198.51.100.1"}, now);
  pass(seconds(1));
  EXPECT_TRUE(world.closed.empty());
}

TEST_F(F86_LscOnTrial, ANewCertificateIsShownAtOnceOverAConnectionOfItsOwn) {
  start(test_settings(2));
  up_with(0, "old");
  up_with(1, "old");
  answer(world.next(), 200, {{"Expires", "120"}});
  agent.identity_is("old", now);
  EXPECT_TRUE(world.closed.empty());
  agent.identity_is("new", now);
  EXPECT_EQ(world.closed.size(), 2U);
  EXPECT_EQ(agent.view().registrations.at(0).reason, "reconnecting to show the new certificate");
  pass(seconds(1));
  ASSERT_EQ(world.opened.size(), 4U);
  up_with(2, "new");
  up_with(3, "new");
  pass(seconds(10));
  EXPECT_EQ(world.opened.size(), 4U);
}

// The news and the handshake may cross on their way.
TEST_F(F86_LscOnTrial, AConnectionBegunBeforeTheNewsIsMadeAgainAndOneBegunAfterItIsNot) {
  start(test_settings());
  agent.identity_is("new", now);
  up_with(0, "old");
  EXPECT_EQ(world.closed.size(), 1U);
  pass(seconds(1));
  ASSERT_EQ(world.opened.size(), 2U);
  up_with(1, "newer than the news");
  pass(seconds(10));
  EXPECT_EQ(world.opened.size(), 2U);
}

TEST_F(F86_LscOnTrial, ACallIsNotDisturbedByIt) {
  start(test_settings());
  up_with(0, "old");
  answer(world.next(), 200, {{"Expires", "120"}});
  const auto call = agent.dial("3333", now);
  ASSERT_TRUE(call.ok()) << call.status();
  agent.identity_is("new", now);
  EXPECT_TRUE(world.closed.empty());
  EXPECT_EQ(agent.view().registrations.at(0).reason, "registers with the new certificate when no call is up");
  ASSERT_TRUE(agent.hang_up(call->call, now).ok());
  pass(seconds(120));
  EXPECT_EQ(world.closed.size(), 1U);
}

TEST_F(F86_LscOnTrial, AConnectionWithoutTlsShowsNone) {
  register_first();
  agent.identity_is("new", now);
  pass(seconds(1));
  EXPECT_TRUE(world.closed.empty());
}

TEST_F(F15_DeviceAuthentication, NoRegisterLeavesToAServerThatIsRefused) {
  start(test_settings());
  down(0, "server certificate refused: unknown", FlowEnd::kRefused);
  EXPECT_TRUE(world.sent.empty());
  auto view = agent.view();
  EXPECT_EQ(view.registrations.at(0).state, RegistrationState::kRefused);
  EXPECT_EQ(view.registrations.at(0).reason, "server certificate refused: unknown");
}

TEST_F(F15_DeviceAuthentication, RegisterHasTheFormOfCiscosPhones) {
  start(test_settings());
  up(0);
  Message request = world.next();
  EXPECT_EQ(request.method, "REGISTER");
  EXPECT_EQ(request.uri, "sip:cucm1");
  EXPECT_EQ(request.to.uri, "sip:2222@cucm1");
  std::string contact = request.field("Contact").value();
  EXPECT_NE(contact.find(";transport=tls>;+sip.instance=\"<urn:uuid:00000000-0000-0000-0000-0A1B2C3D4E5F>\""),
            std::string::npos)
      << contact;
  EXPECT_NE(contact.find(";+u.sip!devicename.ccm.cisco.com=\"SEP0A1B2C3D4E5F\""), std::string::npos);
  EXPECT_NE(request.field("Reason").value().find("cisco-alarm:25 Name=SEP0A1B2C3D4E5F"), std::string::npos);
  EXPECT_NE(request.field("Supported").value().find("X-cisco-sis-"), std::string::npos);
  EXPECT_EQ(request.field("Supported").value().find("X-cisco-monrec"), std::string::npos) << "policy allows no copies";
  // What it says of itself is what every other protocol says.
  EXPECT_EQ(request.field("User-Agent"), product::user_agent());
  EXPECT_NE(contact.find(cat(";+u.sip!model.ccm.cisco.com=\"", product::cucm_model(), "\"")), std::string::npos);
  EXPECT_NE(request.field("Reason").value().find(cat(" ActiveLoad=", product::load(), " ")), std::string::npos);
  EXPECT_NE(request.body.find("<bulkregisterreq>"), std::string::npos);
  answer(request, 200, {{"Expires", "120"}});
  auto view = agent.view();
  EXPECT_TRUE(view.registered);
  EXPECT_EQ(view.registrations.at(0).client_certificate, "LSC");
}

TEST_F(F15_DeviceAuthentication, TheRegistrationIsRenewedInTimeWithTheSameCallId) {
  start(test_settings());
  up(0);
  Message first = world.next();
  answer(first, 200, {{"Expires", "120"}});
  pass(seconds(107));
  EXPECT_TRUE(world.quiet());
  pass(seconds(2));
  Message second = world.next();
  EXPECT_EQ(second.call_id, first.call_id);
  EXPECT_GT(second.cseq, first.cseq);
  EXPECT_FALSE(second.field("Reason").has_value());
}

TEST_F(F81_CallsSurvive, ALostConnectionIsOpenedAgainAtOnce) {
  register_first();
  pass(seconds(5));
  down(0);
  pass(Milliseconds(0));
  EXPECT_EQ(world.opened.size(), 2u);
  EXPECT_FALSE(agent.view().registered);
  up(1);
  Message request = world.next();
  EXPECT_EQ(request.method, "REGISTER");
  answer(request, 200, {{"Expires", "120"}});
  EXPECT_TRUE(agent.view().registered);
}

TEST_F(F81_CallsSurvive, AServerThatIsBackAfterSecondsHasThePhoneWithinTwo) {
  register_first();
  down(0);
  pass(Milliseconds(1));
  size_t tried = 1;
  for (TimePoint back = now + seconds(3); now < back;) {
    if (world.opened.size() > tried) down(tried++, "refused");
    pass(Milliseconds(10));
  }
  while (world.opened.size() > tried) down(tried++, "refused");
  pass(seconds(2));
  EXPECT_GT(world.opened.size(), tried);
}

TEST_F(F15_DeviceAuthentication, AServerThatTakesThePhoneAndBreaksOffIsNotAskedAsFastAsItCanBe) {
  start(test_settings());
  size_t tried = 0;
  for (TimePoint end = now + seconds(20); now < end; pass(Milliseconds(10))) {
    if (world.opened.size() == tried) continue;
    up(tried);
    answer(world.next(), 200, {{"Expires", "120"}});
    down(tried++, "the server sent data that is not SIP");
  }
  EXPECT_GT(tried, 10u);
  EXPECT_LT(tried, 40u);
}

TEST_F(F15_DeviceAuthentication, AConnectionThatCarriesNoAnswerIsGivenUpForANewOne) {
  start(test_settings());
  up(0);
  EXPECT_EQ(world.next().method, "REGISTER");
  pass(seconds(34));
  EXPECT_EQ(world.closed, std::vector<FlowId>{world.opened.at(0).first});
  EXPECT_EQ(agent.view().registrations.at(0).reason, "the call manager did not answer REGISTER");
  ASSERT_EQ(world.opened.size(), 2u);
  up(1);
  answer(world.next(), 200, {{"Expires", "120"}});
  EXPECT_TRUE(agent.view().registered);
}

TEST_F(F75_DigestUser, AChallengeIsAnsweredAndTheNonceIsCounted) {
  Settings settings = test_settings();
  settings.auth_password = crypto::Secret::copy_of("secret-2222");
  start(settings);
  up(0);
  answer(world.next(), 401,
         {{"WWW-Authenticate", "Digest realm=\"ccmsipline\", nonce=\"abc\", qop=\"auth\", algorithm=SHA-256"}});
  Message second = world.next();
  EXPECT_NE(second.field("Authorization").value().find("nc=00000001"), std::string::npos);
  answer(second, 200, {{"Expires", "120"}});
  pass(seconds(110));
  EXPECT_NE(world.next().field("Authorization").value().find("nc=00000002"), std::string::npos);
}

TEST_F(F75_DigestUser, RefusedCredentialsAreNotTriedForEver) {
  Settings settings = test_settings();
  settings.auth_password = crypto::Secret::copy_of("wrong");
  start(settings);
  up(0);
  const HeaderField challenge{"WWW-Authenticate", "Digest realm=\"r\", nonce=\"abc\", algorithm=MD5"};
  answer(world.next(), 401, {challenge});
  answer(world.next(), 401, {challenge});
  EXPECT_TRUE(world.quiet());
  EXPECT_EQ(agent.view().registrations.at(0).state, RegistrationState::kRefused);
  EXPECT_EQ(agent.view().registrations.at(0).reason, "the call manager refused the digest credentials");
}

TEST_F(F75_DigestUser, AnOAuthChallengeIsNamedAsSuch) {
  Settings settings = test_settings();
  settings.auth_password = crypto::Secret::copy_of("secret");
  start(settings);
  up(0);
  answer(world.next(), 401, {{"WWW-Authenticate", "Bearer realm=\"r\", authz_server=\"https://example.test\""}});
  EXPECT_EQ(agent.view().registrations.at(0).state, RegistrationState::kRefused);
  EXPECT_EQ(agent.view().registrations.at(0).reason,
            "the call manager asks for an OAuth token (Bearer), and this phone has none: it authenticates with its "
            "certificate or digest credentials");
}

TEST_F(F29_TrustListUpdateAlarm, TheAlarmGoesBeforeRegisterAndOnlyOnce) {
  Settings settings = test_settings();
  settings.alarms = {{1, 4, "Not Installed", "N/A", "1B A1 ", "192.0.2.1"}};
  start(settings);
  up(0);
  Message alarm = world.next();
  EXPECT_EQ(alarm.method, "REFER");
  EXPECT_EQ(alarm.field("Content-Type"), "application/x-cisco-alarm+xml");
  EXPECT_NE(alarm.body.find("<String name=\"StatusCode\">4</String>"), std::string::npos) << alarm.body;
  EXPECT_TRUE(world.quiet());
  answer(alarm, 202);
  Message request = world.next();
  EXPECT_EQ(request.method, "REGISTER");
  answer(request, 200, {{"Expires", "120"}});
  EXPECT_EQ(agent.view().registrations.at(0).alarm_accepted, 4u);
  agent.configure(settings, now);
  EXPECT_TRUE(world.quiet());
}

TEST_F(F29_TrustListUpdateAlarm, AlarmsOfATimeWithoutARegistrarAreReportedInOrderBeforeRegister) {
  Settings settings = test_settings();
  const auto alarm = [](uint64_t number, uint32_t code) {
    return Alarm{number, code, "Not Installed", "N/A", "1B A1 ", "192.0.2.1"};
  };
  // Three rounds in a row failed alike: that is one thing to say.
  settings.alarms = {alarm(1, 6), alarm(2, 6), alarm(9, 6), alarm(10, 7), alarm(11, 1)};
  start(settings);
  up(0);
  for (const char* code : {"6", "7", "1"}) {
    Message sent = world.next();
    ASSERT_EQ(sent.method, "REFER");
    EXPECT_NE(sent.body.find(cat("<String name=\"StatusCode\">", code, "</String>")), std::string::npos) << sent.body;
    EXPECT_TRUE(world.quiet());
    answer(sent, 202);
  }
  answer(world.next(), 200, {{"Expires", "120"}});
  EXPECT_TRUE(world.quiet());
  // The same code once more is a new alarm: it is due although it reads as the last one did.
  settings.alarms.push_back(alarm(12, 1));
  agent.configure(settings, now);
  Message sent = world.next();
  EXPECT_EQ(sent.method, "REFER");
  // What comes while one is on its way waits for it.
  settings.alarms.push_back(alarm(13, 8));
  agent.configure(settings, now);
  EXPECT_TRUE(world.quiet());
  answer(sent, 202);
  EXPECT_NE(world.next().body.find("<String name=\"StatusCode\">8</String>"), std::string::npos);
}

TEST_F(F29_TrustListUpdateAlarm, ARefusedAlarmStaysDueAndDoesNotHoldUpTheRegistration) {
  Settings settings = test_settings();
  settings.alarms = {{1, 8, "Not Installed", "N/A", "1B A1 ", "192.0.2.1"}};
  start(settings);
  up(0);
  answer(world.next(), 488);
  Message request = world.next();
  EXPECT_EQ(request.method, "REGISTER");
  answer(request, 200, {{"Expires", "120"}});
  EXPECT_EQ(agent.view().registrations.at(0).alarm_accepted, 0u);
  agent.configure(settings, now);
  EXPECT_EQ(world.next().method, "REFER");
}

TEST_F(F29_TrustListUpdateAlarm, APolicyThatBeganAnewIsReportedFromItsFirstAlarm) {
  agent.restore_alarm("1\nA\nB\nC\nD\n40\n");
  Settings settings = test_settings();
  settings.alarms = {{1, 4, "Not Installed", "N/A", "1B A1 ", "192.0.2.1"}};
  start(settings);
  up(0);
  EXPECT_EQ(world.next().method, "REFER");
}

TEST_F(RegistrationFailover, TheNextServerTakesOverAndTheFirstGetsAKeepaliveThenTheTokenRequest) {
  start(test_settings(2));
  up(0);
  up(1);
  answer(world.next(), 200, {{"Expires", "120"}});
  Message keepalive = world.next();
  EXPECT_EQ(world.last_flow, world.opened.at(1).first);
  EXPECT_EQ(keepalive.field("Expires"), "0");
  EXPECT_NE(keepalive.field("Contact").value().find(";expires=0;cisco-keep-alive"), std::string::npos);
  answer(keepalive, 200);
  pass(seconds(5));
  down(0);
  EXPECT_FALSE(agent.view().registered);
  down(2, "refused");  // the reconnection fails: now the second server
  Message request = world.next();
  EXPECT_EQ(world.last_flow, world.opened.at(1).first);
  EXPECT_EQ(request.method, "REGISTER");
  EXPECT_NE(request.field("Expires"), "0");
  answer(request, 200, {{"Expires", "120"}});
  EXPECT_TRUE(agent.view().registered);
}

TEST_F(RegistrationFailover, AStandbyServerThatLeavesAKeepaliveUnansweredIsConnectedToAnew) {
  start(test_settings(2));
  up(0);
  up(1);
  answer(world.next(), 200, {{"Expires", "120"}});
  EXPECT_EQ(world.next().field("Expires"), "0");
  const FlowId silent = world.last_flow;
  pass(seconds(34));
  EXPECT_EQ(world.closed, std::vector<FlowId>{silent});
  EXPECT_EQ(agent.view().registrations.at(1).reason, "the keepalive was not answered");
  EXPECT_TRUE(agent.view().registered) << "the other registration goes on";
  ASSERT_EQ(world.opened.size(), 3u);
  up(2);
  EXPECT_EQ(world.next().field("Expires"), "0") << "a standby server once more";
}

TEST_F(F36_FipsShortCertificate, TheTextOfTheArticleIsShown) {
  start(test_settings());
  down(0, "Phone failed to register. Cert key size is not FIPS compliant", FlowEnd::kFips);
  EXPECT_EQ(agent.view().display_text, "Phone failed to register. Cert key size is not FIPS compliant");
  EXPECT_TRUE(world.sent.empty());
}

}  // namespace
}  // namespace phone::signaling
