// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Keys for the call manager (RFC 4730, cucm-calls.md 3).
#include <gtest/gtest.h>

#include "services/signaling/user/kpml.hpp"
#include "tests/unit/signaling/call/hold_fixture.hpp"

namespace phone::signaling {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string document(const std::string& expression, const std::string& pattern = "persist=\"persist\"",
                     const std::string& regex = "tag=\"dtmf\"") {
  return cat(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<kpml-request "
      "xmlns=\"urn:ietf:params:xml:ns:kpml-request\" version=\"1.0\"><pattern ",
      pattern, "><regex ", regex, ">", expression, "</regex></pattern></kpml-request>");
}

std::string taken(const std::string& expression) {
  const auto read = read_kpml_request(document(expression));
  const auto* pattern = std::get_if<KpmlPattern>(&read);
  if (pattern == nullptr) return cat("refused ", static_cast<int>(std::get<KpmlCode>(read)));
  std::string keys;
  for (const char key : kKeypad) {
    if (takes(*pattern, key)) keys += key;
  }
  if (takes(*pattern, kBackspace)) keys += kBackspace;
  return keys;
}

TEST(F91_KpmlPattern, ARowForEachExpression) {
  const std::pair<const char*, const char*> rows[] = {
      {"[x*#ABCD]", "0123456789*#ABCD"},
      {"x", "0123456789"},
      {"[x#*]|bs", "0123456789*#<"},
      {"bs | [1-35]", "1235<"},
      {"[2-2]", "2"},
      {"[^x]", "*#ABCD"},
      {"[A-C]", "ABC"},
      {"a", "A"},
      {"#", "#"},
      {"[x+]", "0123456789"},
      {"5|7", "57"},
      {"bs", "<"},
      {"xx", "refused 501"},
      {"x.", "refused 501"},
      {"x{3}", "refused 501"},
      {"[x", "refused 501"},
      {"[]x]", "refused 501"},
      {"[9-1]", "refused 501"},
      {"[1-]", "refused 501"},
      {"Lx", "refused 501"},
      {"^", "refused 501"},
      {"", "refused 501"},
      {"1||2", "refused 501"},
  };
  for (const auto& [expression, keys] : rows) EXPECT_EQ(taken(expression), keys) << expression;
}

TEST(F91_KpmlRequest, WhatThisPhoneCannotServeIsNamed) {
  const auto code = [](const std::string& xml) {
    const auto read = read_kpml_request(xml);
    const auto* refused = std::get_if<KpmlCode>(&read);
    return refused == nullptr ? 0 : static_cast<int>(*refused);
  };
  EXPECT_EQ(code(document("x")), 0);
  EXPECT_EQ(code(document("x", "")), 0) << "one-shot";
  EXPECT_EQ(code(document("x", "persist=\"always\"")), 501);
  EXPECT_EQ(code(document("x", "persist=\"persist\" longhold=\"1\"")), 501);
  EXPECT_EQ(code(document("x", "longrepeat=\"true\"")), 501);
  EXPECT_EQ(code(document("x", "nopartial=\"true\"")), 501);
  EXPECT_EQ(code(document("x", "nopartial=\"false\" enterkey=\"#\"")), 0);
  EXPECT_EQ(code(document("x", "enterkey=\"*\"")), 501);
  EXPECT_EQ(code("<k:kpml-request xmlns:k=\"a\"><k:pattern><k:regex>x</k:regex></k:pattern></k:kpml-request>"), 0);
  EXPECT_EQ(code("<kpml-request><pattern><regex>x</regex><regex>1</regex></pattern></kpml-request>"), 532);
  EXPECT_EQ(code("<kpml-request><pattern><regex>x</regex></pattern><pattern/></kpml-request>"), 532);
  EXPECT_EQ(code("<kpml-request><pattern/></kpml-request>"), 501);
  EXPECT_EQ(code("<kpml-request/>"), 501);
  EXPECT_EQ(code("<other/>"), 501);
  EXPECT_EQ(code("not xml"), 501);
  EXPECT_EQ(code(document("x") + std::string(4096, ' ')), 501) << "over its limit";
  const std::string whole = document("[x*#A-D]|bs");
  for (size_t length = 0; length < whole.size(); ++length) (void)read_kpml_request(whole.substr(0, length));
}

class F91_Kpml : public F89_OneActiveCall {
 protected:
  void SetUp() override {
    Settings settings = test_settings();
    settings.kpml = 3;
    settings.inter_digit = milliseconds(6000);
    start(settings);
  }
  void kpml_is(uint32_t value) {
    Settings settings = test_settings();
    settings.kpml = value;
    agent.configure(settings, now);
  }
  void subscribe(const Message& invite, const std::string& body, const std::string& expires = "7200") {
    std::vector<HeaderField> fields = {{"Event", "kpml"}, {"Expires", expires}};
    if (!body.empty()) fields.push_back({"Content-Type", "application/kpml-request+xml"});
    receive(request("SUBSCRIBE", ++cseq_, invite, fields, body));
  }
  absl::Status press(const std::string& keys) {
    absl::Status said = absl::UnknownError("nothing");
    agent.send_digits(
        call().call, crypto::Secret::copy_of(keys), [&](const absl::Status& status) { said = status; }, now);
    return said;
  }
  // "200 5 active" of the next NOTIFY, which is then answered.
  std::string told(int answer = 200) {
    const Message notify = world.next();
    if (notify.method != "NOTIFY" || !notify.is_request) return cat("nothing: ", notify.method, notify.status);
    EXPECT_EQ(notify.text("Event"), "kpml");
    const auto attribute = [&](const std::string& name) {
      const size_t at = notify.body.find(cat(" ", name, "=\""));
      if (at == std::string::npos) return std::string("-");
      const size_t begin = at + name.size() + 3;
      return notify.body.substr(begin, notify.body.find('"', begin) - begin);
    };
    std::string state = notify.text("Subscription-State");
    state = state.substr(0, state.find(';'));
    if (answer != 0) receive(answer_to(notify, answer));
    return notify.body.empty() ? state : cat(attribute("code"), " ", attribute("digits"), " ", state);
  }
  uint32_t cseq_ = 700;
};

TEST_F(F91_Kpml, KeysOfACallGoToTheCallManagerAndToTheFarEnd) {
  const Message invite = established();
  subscribe(invite, document("[x*#ABCD]"));
  const Message ok = world.next();
  EXPECT_EQ(ok.status, 200);
  EXPECT_EQ(ok.text("Expires"), "7200");
  EXPECT_EQ(told(), "active");
  EXPECT_TRUE(press("5#").ok());
  EXPECT_EQ(told(), "200 5 active");
  EXPECT_EQ(told(), "200 # active");
  EXPECT_EQ(press("<").message(), "a key is taken back only while dialling");
  EXPECT_TRUE(world.quiet());
  ASSERT_EQ(world.keys.size(), 1u);
  EXPECT_EQ(world.keys[0].second, "5#");
  subscribe(invite, "", "0");
  EXPECT_EQ(world.next().status, 200);
  EXPECT_EQ(told(), "487  terminated");
  EXPECT_TRUE(press("7").ok());
  EXPECT_TRUE(world.quiet());
}

TEST_F(F91_Kpml, OneNotifyAtATimeInTheOrderOfTheKeys) {
  const Message invite = established();
  subscribe(invite, document("x"));
  world.next();
  EXPECT_TRUE(press("12").ok());
  EXPECT_EQ(told(0), "active");
  EXPECT_TRUE(world.quiet());
  const uint32_t first = FakeUserAgentPort::read(world.sent.back().second).cseq;
  receive(answer_to(FakeUserAgentPort::read(world.sent.back().second), 200));
  EXPECT_EQ(told(), "200 1 active");
  EXPECT_EQ(told(), "200 2 active");
  EXPECT_GT(FakeUserAgentPort::read(world.sent.back().second).cseq, first);
}

TEST_F(F91_Kpml, WhileDiallingKeysWaitForTheSubscription) {
  const Message invite = dialled();
  EXPECT_TRUE(press("12").ok());
  EXPECT_TRUE(press("3").ok());
  EXPECT_TRUE(world.quiet());
  subscribe(invite, document("[x*#]|bs", "persist=\"persist\"", "tag=\"Backspace OK\""));
  EXPECT_EQ(world.next().status, 200);
  EXPECT_TRUE(call().keys_wanted);
  EXPECT_EQ(told(), "active");
  EXPECT_EQ(told(), "200 1 active");
  EXPECT_EQ(told(), "200 2 active");
  EXPECT_EQ(told(), "200 3 active");
  EXPECT_TRUE(world.keys.empty()) << "there is no far end yet";
  EXPECT_TRUE(press("4<").ok());
  EXPECT_EQ(told(), "200 4 active");
  EXPECT_EQ(told(), "200 bs active");
  now += milliseconds(6000);
  agent.on_time(now);
  EXPECT_EQ(told(), "423  active") << "the number is complete";
  subscribe(invite, "", "0");
  EXPECT_EQ(world.next().status, 200);
  EXPECT_EQ(told(), "487  terminated");
  EXPECT_FALSE(call().keys_wanted);
}

TEST_F(F91_Kpml, AKeyIsTakenBackOnlyWhileDiallingAndWhereTheCallManagerKnowsIt) {
  const Message invite = dialled();
  EXPECT_EQ(press("1<").message(), "the call manager does not let a key be taken back") << "nobody has asked for keys";
  subscribe(invite, document("[x*#]"));
  EXPECT_EQ(world.next().status, 200);
  EXPECT_EQ(told(), "active");
  EXPECT_EQ(press("<").message(), "the call manager does not let a key be taken back");
  subscribe(invite, document("[x*#]|bs"));
  EXPECT_EQ(world.next().status, 200);
  EXPECT_TRUE(press("<").ok());
}

TEST_F(F91_Kpml, NoKeyIsInAReportTheRecordTheHistoryOrTheState) {
  const Message invite = dialled();
  subscribe(invite, document("x"));
  EXPECT_TRUE(press("918273").ok());
  for (int i = 0; i < 8; ++i) (void)told(0), receive(answer_to(FakeUserAgentPort::read(world.sent.back().second), 200));
  for (const std::string& report : world.reports) EXPECT_EQ(report.find("9182"), std::string::npos) << report;
  EXPECT_EQ(world.record.find("9182"), std::string::npos);
  EXPECT_EQ(world.history.find("9182"), std::string::npos);
  EXPECT_EQ(call().remote_number, "1002");
}

TEST_F(F91_Kpml, TheConfigurationSaysWhen) {
  struct Row {
    uint32_t kpml;
    int dialling, talking;
  };
  for (const Row& row : {Row{0, 489, 489}, Row{1, 200, 489}, Row{2, 489, 200}, Row{3, 200, 200}}) {
    kpml_is(row.kpml);
    const Message invite = dialled();
    subscribe(invite, document("x"));
    EXPECT_EQ(world.next().status, row.dialling) << row.kpml;
    if (row.dialling == 200) {
      EXPECT_EQ(told(), "active");
    }
    receive(answer_to(invite, 200, {{"Contact", "<sip:1002@192.0.2.1:5061>"}, {"Content-Type", "application/sdp"}},
                      far_sdp("AEAD_AES_256_GCM", 1)));
    EXPECT_EQ(world.next().method, "ACK");
    agent.on_time(now += milliseconds(1));
    if (row.kpml == 1) {
      EXPECT_EQ(told(), "487  terminated") << "the call has moved on";
    }
    subscribe(invite, document("x"));
    EXPECT_EQ(world.next().status, row.talking) << row.kpml;
    if (row.kpml == 3) {
      EXPECT_EQ(told(), "487  active") << "of the document before";
    }
    if (row.talking == 200) {
      EXPECT_EQ(told(), "active");
    }
    ASSERT_TRUE(agent.hang_up(agent.view().calls.back().call, now).ok());
    receive(answer_to(world.next(), 200));
  }
}

TEST_F(F91_Kpml, APatternOfOneShotEndsWithItsFirstKey) {
  const Message invite = established();
  subscribe(invite, document("[12]", ""));
  world.next();
  EXPECT_EQ(told(), "active");
  EXPECT_TRUE(press("1").ok());
  EXPECT_EQ(told(), "200 1 terminated");
  subscribe(invite, document("[12]", "persist=\"single-notify\""));
  world.next();
  EXPECT_EQ(told(), "active");
  EXPECT_TRUE(press("123").ok());
  EXPECT_EQ(told(), "200 1 active");
  EXPECT_TRUE(world.quiet());
  subscribe(invite, document("[12]", "persist=\"persist\""));
  world.next();
  EXPECT_EQ(told(), "487  active");
  EXPECT_EQ(told(), "active");
  EXPECT_EQ(told(), "200 2 active");
  EXPECT_EQ(told(), "402  active") << "3 is not asked for";
}

TEST_F(F91_Kpml, ARefusedSubscriptionIsToldWhy) {
  const Message invite = established();
  subscribe(invite, document("xx"));
  EXPECT_EQ(world.next().status, 200);
  EXPECT_EQ(told(), "501  terminated");
  receive(request("SUBSCRIBE", ++cseq_, invite, {{"Event", "kpml"}, {"Content-Type", "text/plain"}}, "x"));
  const Message unsupported = world.next();
  EXPECT_EQ(unsupported.status, 415);
  EXPECT_EQ(unsupported.text("Accept"), "application/kpml-request+xml");
  subscribe(invite, "");
  EXPECT_EQ(world.next().status, 400);
}

TEST_F(F91_Kpml, ARefreshKeepsThePatternAndAnExpiredOneIsTold) {
  const Message invite = established();
  subscribe(invite, document("[5]"), "60");
  EXPECT_EQ(world.next().text("Expires"), "60");
  EXPECT_EQ(told(), "active");
  now += seconds(50);
  subscribe(invite, "", "60");
  EXPECT_EQ(world.next().status, 200);
  EXPECT_EQ(told(), "active");
  now += seconds(59);
  EXPECT_TRUE(press("5").ok());
  EXPECT_EQ(told(), "200 5 active");
  now += seconds(1);
  agent.on_time(now);
  std::string last;
  while (!world.quiet()) {
    const std::string one = told();
    if (one.find("terminated") != std::string::npos) last = one;
  }
  EXPECT_EQ(last, "487  terminated");
}

TEST_F(F91_Kpml, ACallManagerThatRefusesTheNotifyGetsNoMoreKeys) {
  const Message invite = established();
  subscribe(invite, document("x"));
  world.next();
  EXPECT_EQ(told(481), "active");
  EXPECT_TRUE(press("5").ok());
  EXPECT_TRUE(world.quiet());
}

TEST_F(F91_Kpml, KeysThatNobodyFetchesAreBounded) {
  dialled();
  EXPECT_TRUE(press(std::string(32, '1')).ok());
  EXPECT_TRUE(press(std::string(32, '2')).ok());
  EXPECT_EQ(press("3").message(), "too many keys wait for the call manager");
  kpml_is(0);
  EXPECT_EQ(press("3").message(), "the call is not established");
}

TEST_F(F91_Kpml, AnotherDialogIsNotServed) {
  Message invite = dialled();
  invite.call_id = "other";
  subscribe(invite, document("x"));
  EXPECT_EQ(world.next().status, 481);
}

}  // namespace
}  // namespace phone::signaling
