// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Lines at a server that does not register all of them with the first (cucm-calls.md 7 and 10).
#include <gtest/gtest.h>

#include "tests/unit/signaling/fake_user_agent_port.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

class F92_LineRegistrations : public testing::Test {
 protected:
  void SetUp() override {
    settings = test_settings();
    settings.auth_password = crypto::Secret::copy_of("first");
    settings.lines.resize(2);
    settings.lines[1].directory_number = "3333";
    settings.lines[1].contact = "second";
    settings.lines[1].auth_name = "ada";
    settings.lines[1].auth_password = crypto::Secret::copy_of("hers");
    agent.configure(settings, now);
    agent.flow_up(flow(), test_facts(), now);
  }
  FlowId flow() const { return world.opened.back().first; }
  void answer(const Message& request, int status, std::vector<HeaderField> extra = {{"Expires", "120"}},
              std::string body = "") {
    agent.flow_message(flow(), answer_to(request, status, std::move(extra), std::move(body)), now);
  }
  Message second() {
    answer(world.next(), 200);
    return world.next();
  }

  FakeUserAgentPort world;
  UserAgent agent{world};
  Settings settings;
  TimePoint now{seconds(1000)};
};

TEST_F(F92_LineRegistrations, EachLineRegistersByItself) {
  const Message request = second();
  EXPECT_EQ(request.method, "REGISTER");
  EXPECT_EQ(request.from.uri, "sip:3333@cucm1");
  EXPECT_EQ(request.to.uri, "sip:3333@cucm1");
  ASSERT_EQ(request.contacts.size(), 1u);
  EXPECT_EQ(request.contacts[0].user, "second");
  EXPECT_TRUE(request.body.empty());
  EXPECT_FALSE(agent.view().lines.at(1).registered);
  answer(request, 200);
  EXPECT_TRUE(agent.view().lines.at(1).registered);
  EXPECT_TRUE(world.quiet());
}

TEST_F(F92_LineRegistrations, WithTheDigestUserOfTheLine) {
  const Message request = second();
  answer(request, 401, {{"WWW-Authenticate", "Digest realm=\"lab\",nonce=\"n1\",algorithm=SHA-256,qop=\"auth\""}});
  const Message again = world.next();
  EXPECT_EQ(again.cseq, request.cseq + 1);
  EXPECT_NE(again.field("Authorization").value_or("").find("username=\"ada\""), std::string::npos);
}

TEST_F(F92_LineRegistrations, AServerOfTheDialectRegistersThemAll) {
  answer(world.next(), 200, {{"Expires", "120"}, {"Content-Type", "multipart/mixed; boundary=uniqueBoundary"}},
         "--uniqueBoundary\r\nContent-Type: application/x-cisco-remotecc-response+xml\r\n\r\n<x/>\r\n"
         "--uniqueBoundary--\r\n");
  EXPECT_TRUE(world.quiet());
  EXPECT_TRUE(agent.view().lines.at(1).registered);
}

TEST_F(F92_LineRegistrations, ARefusedLineIsToldAndTriedAgain) {
  answer(second(), 403, {});
  EXPECT_FALSE(agent.view().lines.at(1).registered);
  EXPECT_TRUE(agent.view().lines.at(0).registered);
  EXPECT_NE(world.reports.back().find("registration.line_refused: line 2 is not registered: 403"), std::string::npos)
      << world.reports.back();
  now += seconds(31);
  agent.on_time(now);
  Message again = world.next();
  EXPECT_EQ(again.from.uri, "sip:3333@cucm1");
  answer(again, 200);
  EXPECT_TRUE(agent.view().lines.at(1).registered);
}

TEST_F(F92_LineRegistrations, ItIsRenewedInTime) {
  const Message request = second();
  answer(request, 200);
  now += seconds(118);
  agent.on_time(now);
  bool renewed = false;
  while (!world.quiet()) {
    const Message one = world.next();
    renewed = renewed || (one.from.uri == "sip:3333@cucm1" && one.call_id == request.call_id);
  }
  EXPECT_TRUE(renewed);
  EXPECT_TRUE(agent.view().lines.at(1).registered) << "while it is renewed";
}

TEST_F(F92_LineRegistrations, WithoutAConnectionNoLineIsRegistered) {
  answer(second(), 200);
  agent.flow_down({.flow = flow(), .reason = "lost"}, now);
  EXPECT_FALSE(agent.view().lines.at(1).registered);
}

}  // namespace
}  // namespace phone::signaling
