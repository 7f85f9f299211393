// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A dialog belongs to the call manager that made it: whatever takes over the registration, the call is preserved, its
// media goes on, and what no longer works is said (F15, F80, F81).
#include "tests/unit/signaling/call/served_calls.hpp"

namespace phone::signaling {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class F81_DialogOwner : public ServedCalls {
 protected:
  void SetUp() override {
    start(test_settings(2));
    own = phone.world.opened.at(0).first;
    dial();
    media_hears(10);
    ASSERT_EQ(call().state, CallState::kEstablished);
    ASSERT_TRUE(phone.pass(seconds(6)));
  }
  // The connection to the server of the call is lost; further ones to it do not stand.
  void lose(bool for_good) {
    phone.connects = !for_good;
    phone.agent.flow_down({.flow = own, .reason = "reset"}, phone.now);
    ASSERT_TRUE(phone.settle());
    if (!for_good) return;
    ASSERT_TRUE(phone.pass(Milliseconds(100)));
    ASSERT_EQ(phone.world.opened.back().second.address, "cucm1");
    phone.agent.flow_down({.flow = phone.world.opened.back().first, .reason = "refused"}, phone.now);
    ASSERT_TRUE(phone.settle());
  }
  bool reported(const std::string& what) const {
    return std::any_of(phone.world.reports.begin(), phone.world.reports.end(),
                       [&](const std::string& one) { return one.find(what) != std::string::npos; });
  }
  FlowId own = 0;
};

TEST_F(F81_DialogOwner, AnotherNodeIsNotAskedAboutIt) {
  requests.clear();
  lose(true);
  ASSERT_TRUE(phone.pass(seconds(5)));
  ASSERT_TRUE(phone.agent.view().registered);
  ASSERT_TRUE(phone.agent.view().registrations.at(1).active);
  EXPECT_EQ(call().state, CallState::kPreserved);
  EXPECT_EQ(count("UPDATE") + count("INVITE") + count("OPTIONS"), 0u);
  EXPECT_TRUE(phone.world.closed_streams.empty()) << "media goes on";
  EXPECT_TRUE(reported("goes on without its call manager"));
  for (uint64_t i = 0; i < 300; ++i) {
    media_hears(20 + i);
    ASSERT_TRUE(phone.pass(seconds(1)));
  }
  EXPECT_EQ(call().state, CallState::kPreserved);
  EXPECT_EQ(phone.agent.transfer(call().call, "1003", "", phone.now).status().message(),
            "the call manager of this call no longer has it: it cannot be transferred");
  EXPECT_EQ(call().limited, "its call manager no longer has it: it can be talked in and hung up, not transferred");
  ASSERT_TRUE(phone.agent.hang_up(call().call, phone.now).ok());
  ASSERT_TRUE(phone.settle());
  EXPECT_EQ(call().state, CallState::kEnded);
  EXPECT_EQ(count("BYE"), 1u) << "where it can";
}

TEST_F(F81_DialogOwner, ANodeThatWasStartedAgainDoesNotEndItWith481) {
  for (const char* method : {"UPDATE", "INVITE"})
    answers[method] = [](const Message& request) { return std::vector{answer_to(request, 481)}; };
  lose(false);
  ASSERT_TRUE(phone.pass(seconds(5)));
  ASSERT_TRUE(phone.agent.view().registered);
  EXPECT_EQ(count("UPDATE"), 1u) << "it is asked once";
  EXPECT_EQ(call().state, CallState::kPreserved);
  EXPECT_TRUE(phone.world.closed_streams.empty());
  EXPECT_TRUE(reported("the call manager answered 481"));
  // A second loss asks no more.
  phone.agent.flow_down({.flow = phone.world.opened.back().first, .reason = "reset"}, phone.now);
  ASSERT_TRUE(phone.pass(seconds(5)));
  EXPECT_EQ(count("UPDATE"), 1u);
  EXPECT_EQ(call().state, CallState::kPreserved);
}

TEST_F(F81_DialogOwner, ANodeThatStillHasItGoesOn) {
  lose(false);
  ASSERT_TRUE(phone.pass(seconds(5)));
  EXPECT_EQ(call().state, CallState::kEstablished);
  EXPECT_EQ(count("UPDATE"), 1u);
}

TEST_F(F81_DialogOwner, InTheMiddleOfACallA481StillEndsIt) {
  answers["INVITE"] = [](const Message& request) { return std::vector{answer_to(request, 481)}; };
  ASSERT_TRUE(phone.agent.hold(call().call, phone.now).ok());
  ASSERT_TRUE(phone.settle());
  EXPECT_EQ(call().state, CallState::kEnded);
  EXPECT_EQ(call().ended_by, "the far end no longer knows this call");
}

TEST_F(F81_DialogOwner, SilenceEndsWhatNoServerKnows) {
  lose(true);
  ASSERT_TRUE(phone.pass(seconds(119)));
  EXPECT_EQ(call().state, CallState::kPreserved);
  ASSERT_TRUE(phone.pass(seconds(10)));
  EXPECT_EQ(call().state, CallState::kEnded);
  EXPECT_EQ(call().ended_by, "no audio arrived any more, and the call manager no longer had the call");
}

TEST_F(F81_DialogOwner, ItsServerMayEndItOverAnotherConnection) {
  lose(true);
  ASSERT_TRUE(phone.pass(seconds(2)));
  ASSERT_EQ(call().state, CallState::kPreserved);
  // A new connection to it stands, warm and not registered.
  const auto back = std::find_if(phone.world.opened.rbegin(), phone.world.opened.rend(),
                                 [](const auto& one) { return one.second.address == "cucm1"; });
  ASSERT_NE(back->first, own);
  phone.agent.flow_up(back->first, test_facts(), phone.now);
  ASSERT_TRUE(phone.settle());
  phone.agent.flow_message(back->first, write(of_called("BYE", 300)), phone.now);
  EXPECT_EQ(call().state, CallState::kEnded);
}

TEST_F(F81_DialogOwner, AByeThatNoConnectionCouldCarryFollows) {
  phone.connects = false;
  for (const FlowId flow : {phone.world.opened.at(0).first, phone.world.opened.at(1).first})
    phone.agent.flow_down({.flow = flow, .reason = "reset"}, phone.now);
  ASSERT_TRUE(phone.agent.hang_up(call().call, phone.now).ok());
  EXPECT_EQ(call().state, CallState::kEnded);
  EXPECT_EQ(count("BYE"), 0u);
  phone.connects = true;
  ASSERT_TRUE(phone.pass(seconds(5)));
  ASSERT_EQ(count("BYE"), 1u);
  EXPECT_EQ(last("BYE").call_id, invite.call_id);
  EXPECT_EQ(last("BYE").to_tag(), "server-tag");
}

TEST(F15_UriHosts, AreProcessNodeNamesAndNeverAnAdministratorsText) {
  ServedPhone phone{[](FlowId, const Message& request) -> std::vector<std::string> {
    if (request.method == "REGISTER") return {answer_to(request, 200, {{"Expires", "120"}})};
    return {answer_to(request, 486)};
  }};
  Settings settings = test_settings();
  settings.targets[0].name = "CUCM Publisher";
  settings.targets[0].address = "cucm-pub.example.com";
  settings.alarms = {{1, 4, "Not Installed", "N/A", "1B A1 ", "192.0.2.1"}};
  phone.agent.configure(settings, phone.now);
  ASSERT_TRUE(phone.settle());
  ASSERT_TRUE(phone.agent.dial("1002", phone.now).ok());
  phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
  ASSERT_TRUE(phone.settle());
  for (const auto& [flow, bytes] : phone.world.sent) {
    EXPECT_EQ(bytes.find("Publisher"), std::string::npos) << bytes;
    EXPECT_NE(bytes.find("cucm-pub.example.com"), std::string::npos) << bytes;
  }
  EXPECT_GE(phone.world.sent.size(), 3u);
}

}  // namespace
}  // namespace phone::signaling
