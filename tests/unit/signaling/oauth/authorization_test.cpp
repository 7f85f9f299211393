// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F7: the tokens of SIP OAuth, and the registration that shows them.
#include <gtest/gtest.h>

#include <algorithm>

#include "services/signaling/oauth/token_message.hpp"
#include "tests/unit/signaling/fake_user_agent_port.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

class F7_Authorization : public ::testing::Test {
 protected:
  static Settings with_oauth() {
    Settings settings = test_settings();
    settings.sip_oauth = true;
    settings.oauth_server = {.host = "authority", .port = 8443, .path = "oauth/token"};
    settings.targets[0].port = 5090;
    settings.targets[0].oauth = true;
    return settings;
  }
  void start(const Settings& settings) {
    agent.configure(settings, now);
    FlowFacts facts = test_facts();
    facts.client_certificate.clear();
    agent.flow_up(world.opened.back().first, facts, now);
  }
  void answer(const Message& request, int status, std::vector<HeaderField> extra = {}) {
    agent.flow_message(world.last_flow, answer_to(request, status, std::move(extra)), now);
  }
  void pass(seconds time) {
    const TimePoint end = now + time;
    for (int steps = 0; steps < 10'000; ++steps) {
      const auto due = agent.deadline();
      if (!due.has_value() || *due > end) break;
      now = std::max(now + Milliseconds(1), *due);
      agent.on_time(now);
    }
    now = end;
    agent.on_time(now);
  }
  // The authorization service answers its last question.
  void service_says(absl::StatusOr<TokenReply> reply) {
    ASSERT_FALSE(world.exchanges.empty());
    const auto done = world.exchanges.back().second;
    agent.go_on([&] { done(reply); }, now);
  }
  static TokenReply tokens(const std::string& access, const std::string& refresh, seconds good_for = seconds(600)) {
    return {.access_token = crypto::Secret::copy_of(access),
            .refresh_token = crypto::Secret::copy_of(refresh),
            .good_for = good_for};
  }
  const absl::Status& authorize(const std::string& code = "1234 5678 9012 3456") {
    said_ = absl::UnknownError("not answered");
    agent.authorize(
        crypto::Secret::copy_of(code), [&](const absl::Status& status) { said_ = status; }, now);
    return said_;
  }
  std::string row() { return agent.view().registrations.at(0).reason; }
  static HeaderField asks() { return {"Proxy-Authenticate", "Bearer realm=\"ccmsipline\""}; }

  FakeUserAgentPort world;
  UserAgent agent{world};
  TimePoint now{seconds(1000)};
  absl::Status said_ = absl::UnknownError("not answered");
};

TEST_F(F7_Authorization, ACodeBecomesATokenAndTheTokenARegistration) {
  start(with_oauth());
  Message request = world.next();
  EXPECT_EQ(request.field("Proxy-Authorization"), std::nullopt);
  answer(request, 407, {asks()});
  EXPECT_FALSE(agent.view().registered);
  EXPECT_NE(row().find("asks for an OAuth token"), std::string::npos) << row();
  EXPECT_NE(row().find("activation code"), std::string::npos) << row();
  EXPECT_FALSE(agent.view().authorization->held);

  (void)authorize();
  ASSERT_EQ(world.exchanges.size(), 1u);
  EXPECT_EQ(world.exchanges[0].first.activation_code.view(), "1234567890123456");
  EXPECT_EQ(world.exchanges[0].first.server.host, "authority");
  EXPECT_EQ(world.exchanges[0].first.device_name, "SEP0A1B2C3D4E5F");
  service_says(tokens("aaa.bbb", "rrr"));
  EXPECT_TRUE(said_.ok()) << said_;
  EXPECT_TRUE(agent.view().authorization->held);
  EXPECT_EQ(world.authorization, "authority\n8443\noauth/token\nrrr");

  request = world.next();
  EXPECT_EQ(request.method, "REGISTER") << "at once, not after the wait of a refusal";
  const std::string call_id = request.call_id;
  const uint32_t cseq = request.cseq;
  answer(request, 407, {asks()});
  request = world.next();
  EXPECT_EQ(request.field("Proxy-Authorization"), "Bearer token=\"aaa.bbb\"");
  EXPECT_EQ(request.call_id, call_id);
  EXPECT_EQ(request.cseq, cseq + 1);
  answer(request, 200, {{"Expires", "120"}});
  EXPECT_TRUE(agent.view().registered);
  for (const std::string& report : world.reports) {
    EXPECT_EQ(report.find("aaa.bbb"), std::string::npos) << report;
    EXPECT_EQ(report.find("rrr"), std::string::npos) << report;
    EXPECT_EQ(report.find("1234567890123456"), std::string::npos) << report;
  }
}

TEST_F(F7_Authorization, Rfc8898IsAnsweredInItsOwnForm) {
  start(with_oauth());
  (void)authorize();
  service_says(tokens("aaa", "rrr"));
  answer(world.next(), 401, {{"WWW-Authenticate", "Bearer realm=\"x\", authz_server=\"https://a/\""}});
  const Message again = world.next();
  EXPECT_EQ(again.field("Authorization"), "Bearer aaa");
  EXPECT_EQ(again.field("Proxy-Authorization"), std::nullopt);
}

TEST_F(F7_Authorization, ATokenIsRenewedBeforeItIsOver) {
  start(with_oauth());
  (void)authorize();
  service_says(tokens("first", "r1", seconds(100)));
  answer(world.next(), 407, {asks()});
  answer(world.next(), 200, {{"Expires", "120"}});
  pass(seconds(79));
  EXPECT_EQ(world.exchanges.size(), 1u);
  pass(seconds(2));
  ASSERT_EQ(world.exchanges.size(), 2u);
  EXPECT_EQ(world.exchanges[1].first.refresh_token.view(), "r1");
  EXPECT_TRUE(world.exchanges[1].first.activation_code.empty());
  EXPECT_TRUE(agent.view().registered) << "the one in force is good meanwhile";
  service_says(tokens("second", "r2", seconds(100)));
  EXPECT_EQ(world.authorization, "authority\n8443\noauth/token\nr2");
  pass(seconds(30));
  answer(world.next(), 407, {asks()});
  EXPECT_EQ(world.next().field("Proxy-Authorization"), "Bearer token=\"second\"");
}

TEST_F(F7_Authorization, AServiceThatIsAwayIsAskedMoreAndMoreRarely) {
  start(with_oauth());
  (void)authorize();
  service_says(tokens("first", "r1", seconds(100)));
  pass(seconds(81));
  for (int i = 0; i < 40; ++i) {
    if (!world.exchanges.empty() && world.exchanges.size() > 1) service_says(absl::UnavailableError("no answer"));
    pass(seconds(300));
  }
  EXPECT_GE(world.exchanges.size(), 20u);
  EXPECT_LE(world.exchanges.size(), 48u);
  EXPECT_FALSE(agent.view().authorization->held);
  EXPECT_NE(agent.view().authorization->reason.find("no answer"), std::string::npos)
      << agent.view().authorization->reason;
  EXPECT_EQ(world.authorization, "authority\n8443\noauth/token\nr1") << "the refresh token stays";
}

TEST_F(F7_Authorization, ARefreshTokenThatIsRefusedIsForgottenAndTheUserTold) {
  start(with_oauth());
  (void)authorize();
  service_says(tokens("first", "r1", seconds(100)));
  pass(seconds(81));
  service_says(absl::PermissionDeniedError("the authorization service refused: revoked"));
  EXPECT_EQ(world.authorization, "");
  EXPECT_FALSE(agent.view().authorization->held);
  EXPECT_NE(agent.view().authorization->reason.find("revoked"), std::string::npos);
  EXPECT_NE(agent.view().authorization->reason.find("activation code"), std::string::npos);
}

TEST_F(F7_Authorization, ATokenThatTheCallManagerRefusesIsRenewedNotTriedForEver) {
  start(with_oauth());
  (void)authorize();
  service_says(tokens("first", "r1"));
  bool said = false;
  for (int i = 0; i < 600; ++i) {
    while (!world.quiet()) {
      const Message sent = world.next();
      if (sent.is_request && sent.method == "REGISTER") answer(sent, 407, {asks()});
    }
    if (world.exchanges.size() > 1) service_says(tokens("another", "r2"));
    said = said || row().find("refused the OAuth token") != std::string::npos;
    pass(seconds(1));
  }
  EXPECT_GE(world.exchanges.size(), 2u);
  EXPECT_LE(world.exchanges.size(), 22u) << "every half minute";
  EXPECT_TRUE(said);
}

TEST_F(F7_Authorization, LockedSettingsRefuseACodeAndSaySoOnce) {
  Settings locked = with_oauth();
  locked.lock = settings::Lock::kPassword;
  start(locked);
  answer(world.next(), 407, {asks()});
  world.reports.clear();
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(authorize().code(), absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(said_.message(), settings::refusal_of(settings::Lock::kPassword));
  }
  EXPECT_TRUE(world.exchanges.empty()) << "no code leaves";
  ASSERT_EQ(std::count_if(world.reports.begin(), world.reports.end(),
                          [](const auto& one) { return one.starts_with("settings.locked: "); }),
            1);
  agent.configure(with_oauth(), now);
  (void)authorize();
  EXPECT_EQ(world.exchanges.size(), 1U);
}

TEST_F(F7_Authorization, WhereItCannotBeHadIsSaidByName) {
  Settings settings = with_oauth();
  settings.oauth_server = {};
  start(settings);
  answer(world.next(), 407, {asks()});
  EXPECT_NE(row().find("sipOAuthServer"), std::string::npos) << row();
  EXPECT_NE(agent.view().authorization->reason.find("sipOAuthServer"), std::string::npos);
  EXPECT_NE(authorize().message().find("sipOAuthServer"), std::string::npos) << said_;
  EXPECT_EQ(authorize("123").code(), absl::StatusCode::kInvalidArgument);
  agent.configure(test_settings(), now);
  EXPECT_NE(authorize().message().find("sipOAuthMode"), std::string::npos) << said_;
  EXPECT_FALSE(agent.view().authorization.has_value());
}

TEST_F(F7_Authorization, NoTokenGoesToAnotherPort) {
  start(with_oauth());
  (void)authorize();
  service_says(tokens("aaa", "rrr"));
  Settings settings = with_oauth();
  settings.targets[0].oauth = false;
  agent.configure(settings, now);
  agent.flow_up(world.opened.back().first, test_facts(), now);
  Message sent = world.next();
  while (world.last_flow != world.opened.back().first) sent = world.next();
  answer(sent, 407, {asks()});
  EXPECT_TRUE(world.quiet());
  EXPECT_NE(row().find("certificate or digest credentials"), std::string::npos) << row();
}

TEST_F(F7_Authorization, ARefreshTokenIsShownToNobodyButItsGiver) {
  start(with_oauth());
  (void)authorize();
  service_says(tokens("aaa", "rrr"));
  const std::string kept = world.authorization;
  Settings other = with_oauth();
  other.oauth_server.host = "thief";
  agent.configure(other, now);
  pass(seconds(1200));
  EXPECT_EQ(world.exchanges.size(), 1u);
  EXPECT_EQ(world.authorization, kept) << "a wrong name in a configuration costs nobody a visit";
  const auto shown = agent.view().authorization;
  ASSERT_TRUE(shown.has_value());
  EXPECT_NE(shown->reason.find("another authorization service"), std::string::npos) << shown->reason;
  agent.configure(with_oauth(), now);
  ASSERT_EQ(world.exchanges.size(), 2u) << "its giver is named again";
  EXPECT_EQ(world.exchanges.back().first.refresh_token.view(), "rrr");
  EXPECT_EQ(world.exchanges.back().first.server.host, with_oauth().oauth_server.host);
  // Nor by the next process.
  FakeUserAgentPort after;
  UserAgent next(after);
  next.configure(other, now);
  next.restore_authorization(crypto::Secret::copy_of(kept), now);
  EXPECT_TRUE(after.exchanges.empty());
  UserAgent right(after);
  right.restore_authorization(crypto::Secret::copy_of(kept), now);
  right.configure(with_oauth(), now);
  ASSERT_EQ(after.exchanges.size(), 1u) << "whichever comes first";
  EXPECT_EQ(after.exchanges[0].first.refresh_token.view(), "rrr");
}

TEST_F(F7_Authorization, TheWrongPortIsSaidInItsOwnWords) {
  Settings settings = test_settings();
  start(settings);
  answer(world.next(), 403, {{"Retry-After", "35"}, {"Warning", "399 cucm \"SIP OAuth Registration port Mismatch\""}});
  EXPECT_NE(row().find("SIP OAuth Registration port Mismatch"), std::string::npos) << row();
  while (!world.quiet()) (void)world.next();
  pass(seconds(34));
  EXPECT_TRUE(world.quiet());
  pass(seconds(2));
  EXPECT_EQ(world.next().method, "REGISTER");
}

// An answer that comes after SIP OAuth was switched off brings nothing back.
TEST_F(F7_Authorization, ALateAnswerIsOfNoUseOnceSipOAuthIsOff) {
  start(with_oauth());
  answer(world.next(), 407, {asks()});
  const absl::Status& said = authorize();
  ASSERT_EQ(world.exchanges.size(), 1U);
  Settings off = test_settings();
  agent.configure(off, now);
  EXPECT_EQ(said.message(), "the configuration does not ask for SIP OAuth (sipOAuthMode)");
  service_says(tokens("late", "late-refresh"));
  EXPECT_EQ(agent.view().authorization, std::nullopt);
  EXPECT_EQ(world.authorization, "") << "nothing is kept of it";
  agent.configure(with_oauth(), now);
  EXPECT_FALSE(agent.view().authorization->held);
  EXPECT_EQ(world.exchanges.size(), 1U) << "there is no refresh token to ask with";
}

// While a code is being exchanged the token that there is goes on being shown.
TEST_F(F7_Authorization, ATokenIsNotWithheldWhileACodeIsTyped) {
  start(with_oauth());
  answer(world.next(), 407, {asks()});
  authorize();
  service_says(tokens("first", "refresh"));
  Message request = world.next();
  answer(request, 407, {asks()});
  request = world.next();
  EXPECT_EQ(request.field("Proxy-Authorization"), "Bearer token=\"first\"");
  answer(request, 200, {{"Expires", "120"}});
  ASSERT_TRUE(agent.view().registered);
  authorize("6543 2109 8765 4321");
  pass(seconds(110));  // a refresh of the registration, meanwhile
  request = world.next();
  ASSERT_EQ(request.method, "REGISTER");
  answer(request, 407, {asks()});
  EXPECT_EQ(world.next().field("Proxy-Authorization"), "Bearer token=\"first\"");
}

struct Reply {
  const char* name;
  int status;
  std::string body;
  absl::StatusCode code;
};
void PrintTo(const Reply& row, std::ostream* out) { *out << row.name; }

class F7_TokenReplies : public ::testing::TestWithParam<Reply> {};

TEST_P(F7_TokenReplies, AreRead) {
  const auto reply = read_token_reply(GetParam().status, GetParam().body);
  EXPECT_EQ(reply.status().code(), GetParam().code) << reply.status();
}

constexpr char kGood[] = R"({"access_token":"a.b","token_type":"Bearer","expires_in":60,"refresh_token":"r"})";
INSTANTIATE_TEST_SUITE_P(
    Rows, F7_TokenReplies,
    ::testing::Values(
        Reply{"Good", 200, kGood, absl::StatusCode::kOk},
        Reply{"WithoutRefresh", 200, R"({"access_token":"a","token_type":"bearer","expires_in":60})",
              absl::StatusCode::kOk},
        Reply{"Empty", 200, "", absl::StatusCode::kUnavailable},
        Reply{"NoObject", 200, "[]", absl::StatusCode::kUnavailable},
        Reply{"Cut", 200, R"({"access_token":"a.b","token_type":"Bear)", absl::StatusCode::kUnavailable},
        Reply{"OtherType", 200, R"({"access_token":"a","token_type":"mac","expires_in":60})",
              absl::StatusCode::kUnavailable},
        Reply{"NoTime", 200, R"({"access_token":"a","token_type":"Bearer"})", absl::StatusCode::kUnavailable},
        Reply{"NegativeTime", 200, R"({"access_token":"a","token_type":"Bearer","expires_in":-1})",
              absl::StatusCode::kUnavailable},
        Reply{"TokenWithALineBreak", 200,
              "{\"access_token\":\"a\\r\\nVia: x\",\"token_type\":\"Bearer\",\"expires_in\":60}",
              absl::StatusCode::kUnavailable},
        Reply{"TokenWithAQuote", 200, R"({"access_token":"a\"b","token_type":"Bearer","expires_in":60})",
              absl::StatusCode::kUnavailable},
        Reply{"Huge", 200, "{\"access_token\":\"" + std::string(40'000, 'a') + "\"}", absl::StatusCode::kUnavailable},
        Reply{"Deep", 200, std::string(30'000, '['), absl::StatusCode::kUnavailable},
        Reply{"Refused", 400, R"({"error":"invalid_grant"})", absl::StatusCode::kPermissionDenied},
        Reply{"RefusedWithoutWords", 401, "", absl::StatusCode::kPermissionDenied},
        Reply{"Later", 503, "", absl::StatusCode::kUnavailable}),
    [](const auto& row) { return row.param.name; });

TEST(F7_TokenMessages, WhatIsSentIsEncodedAndWhatIsSaidIsClean) {
  EXPECT_EQ(write_token_request({.server = {},
                                 .device_name = "SEP&x=y",
                                 .activation_code = crypto::Secret::copy_of("1234567890123456"),
                                 .refresh_token = {}}),
            "grant_type=urn%3Aphonemesh%3Aactivation-code&code=1234567890123456&device_name=SEP%26x%3Dy");
  EXPECT_EQ(write_token_request({.server = {},
                                 .device_name = "SEP1",
                                 .activation_code = {},
                                 .refresh_token = crypto::Secret::copy_of("a+/=")}),
            "grant_type=refresh_token&refresh_token=a%2B%2F%3D&device_name=SEP1");
  const auto refused = read_token_reply(400, "{\"error_description\":\"no\\u0007 \\u001b[31mred\"}");
  EXPECT_EQ(refused.status().message().find('\x1b'), std::string::npos) << refused.status();
}

TEST(F7_TokenMessages, AnActivationCodeHasSixteenDigits) {
  EXPECT_EQ(activation_code_of("1234-5678-9012-3456")->view(), "1234567890123456");
  for (const char* wrong : {"", "123456789012345", "12345678901234567", "123456789012345a", "1234.5678.9012.3456"})
    EXPECT_FALSE(activation_code_of(wrong).ok()) << wrong;
}

}  // namespace
}  // namespace phone::signaling
