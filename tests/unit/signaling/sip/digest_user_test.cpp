// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The digest user as no denial of service of its own: servers that renew their nonces without a word, forget them, or
// give each out for one use (F75).
#include <gtest/gtest.h>

#include <set>

#include "tests/unit/signaling/server_of_tests.hpp"

namespace phone::signaling {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// Knows what it gave out; says stale=true only when told to.
struct FakeRegistrar {
  enum Kind { kLasting, kForgetsAfter32s, kOneTime, kStaleOneTime } kind = kOneTime;
  int given = 0, refused = 0;
  std::map<FlowId, std::set<std::string>> good;
  std::map<FlowId, std::set<std::string>> seen;  // nonces that came over each connection
  TimePoint* now = nullptr;
  TimePoint last{};

  std::vector<std::string> operator()(FlowId flow, const Message& request) {
    if (kind == kForgetsAfter32s && *now - last > seconds(32)) good.clear();
    last = *now;
    const std::string nonce = nonce_of(request);
    if (!nonce.empty()) seen[flow].insert(nonce);
    if (!good[flow].contains(nonce)) {
      refused += !nonce.empty();
      const std::string fresh = cat("nonce-", ++given);
      good[flow].insert(fresh);
      return {answer_to(request, 401, {challenge_with(fresh, kind == kStaleOneTime && !nonce.empty())})};
    }
    if (kind != kLasting && kind != kForgetsAfter32s) good[flow].erase(nonce);
    if (request.method == "INVITE") return {far_answer(request)};
    return {answer_to(request, 200, {{"Expires", "120"}})};
  }
};

struct World {
  explicit World(FakeRegistrar::Kind kind) {
    server.kind = kind;
    server.now = &phone.now;
  }
  FakeRegistrar server;
  ServedPhone phone{[this](FlowId flow, const Message& request) { return server(flow, request); }};
  bool was_out_of_service() const {
    for (const std::string& report : phone.world.reports) {
      if (report.starts_with("registration.refused")) return true;
    }
    return false;
  }
};

class F75_DigestUser_Nonces : public testing::TestWithParam<FakeRegistrar::Kind> {};
INSTANTIATE_TEST_SUITE_P(Servers, F75_DigestUser_Nonces,
                         testing::Values(FakeRegistrar::kLasting, FakeRegistrar::kForgetsAfter32s,
                                         FakeRegistrar::kOneTime, FakeRegistrar::kStaleOneTime));

TEST_P(F75_DigestUser_Nonces, ARefreshCostsAtMostOneRoundTripMoreAndNoService) {
  World world(GetParam());
  world.phone.agent.configure(with_password(), world.phone.now);
  ASSERT_TRUE(world.phone.settle());
  ASSERT_TRUE(world.phone.agent.view().registered);
  for (int minute = 0; minute < 30; ++minute) {
    ASSERT_TRUE(world.phone.pass(minutes(1)));
    ASSERT_TRUE(world.phone.agent.view().registered);
    ASSERT_LE(world.phone.asked_within(minutes(1)), 2u);
  }
  EXPECT_FALSE(world.was_out_of_service());
}

TEST_P(F75_DigestUser_Nonces, ACallIsMadeAndEndedWithAChallengeToEachRequest) {
  World world(GetParam());
  ServedPhone& phone = world.phone;
  phone.agent.configure(with_password(), phone.now);
  ASSERT_TRUE(phone.settle());
  ASSERT_TRUE(phone.agent.dial("1002", phone.now).ok());
  phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
  ASSERT_TRUE(phone.settle());
  ASSERT_EQ(phone.agent.view().calls.at(0).state, CallState::kEstablished);
  ASSERT_TRUE(phone.agent.hang_up(phone.agent.view().calls.at(0).call, phone.now).ok());
  ASSERT_TRUE(phone.settle());
  const Message bye = FakeUserAgentPort::read(phone.world.sent.back().second);
  EXPECT_EQ(bye.method, "BYE");
  EXPECT_FALSE(nonce_of(bye).empty()) << "the far end was told with a digest";
}

TEST_P(F75_DigestUser_Nonces, ANonceIsNeverShownOverAnotherConnection) {
  World world(GetParam());
  ServedPhone& phone = world.phone;
  Settings settings = with_password();
  settings.targets.push_back({"cucm2", "192.0.2.2", 5061, true, false, false});
  phone.agent.configure(settings, phone.now);
  ASSERT_TRUE(phone.settle());
  // The first server is away, the second takes over, the phone comes back: then everything once more.
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(phone.pass(seconds(10)));
    phone.connects = false;
    const FlowId first = round == 0 ? phone.world.opened.at(0).first : phone.world.opened.back().first;
    phone.agent.flow_down({.flow = first, .reason = "reset"}, phone.now);
    ASSERT_TRUE(phone.pass(Milliseconds(1)));
    phone.agent.flow_down({.flow = phone.world.opened.back().first, .reason = "refused"}, phone.now);
    phone.connects = true;
    ASSERT_TRUE(phone.pass(minutes(5)));
    const auto view = phone.agent.view();
    ASSERT_TRUE(view.registrations.at(0).active) << "back at the first server";
  }
  for (const auto& [flow, nonces] : world.server.seen) {
    for (const auto& [other, others] : world.server.seen) {
      if (flow == other) continue;
      for (const std::string& nonce : nonces) EXPECT_FALSE(others.contains(nonce)) << nonce;
    }
  }
  EXPECT_FALSE(world.was_out_of_service());
}

TEST(F75_DigestUser_Refused, ARefusedNonceIsForgotten) {
  std::vector<std::string> shown;
  ServedPhone phone([&](FlowId, const Message& request) {
    shown.push_back(nonce_of(request));
    return std::vector<std::string>{answer_to(request, 401, {challenge_with("always-this")})};
  });
  phone.agent.configure(with_password(), phone.now);
  ASSERT_TRUE(phone.pass(seconds(1)));
  EXPECT_EQ(shown, (std::vector<std::string>{"", "always-this"}));
  EXPECT_EQ(phone.agent.view().registrations.at(0).reason, "the call manager refused the digest credentials");
  shown.clear();
  ASSERT_TRUE(phone.pass(seconds(31)));
  EXPECT_EQ(shown, (std::vector<std::string>{"", "always-this"})) << "the next attempt begins without it";
}

// Some servers say 403 to a wrong password.
TEST(F75_DigestUser_Refused, ANonceAnsweredWith403IsForgotten) {
  std::vector<std::string> shown;
  ServedPhone phone([&](FlowId, const Message& request) {
    shown.push_back(nonce_of(request));
    return std::vector<std::string>{shown.back().empty() ? answer_to(request, 401, {challenge_with("always-this")})
                                                         : answer_to(request, 403)};
  });
  phone.agent.configure(with_password(), phone.now);
  ASSERT_TRUE(phone.pass(seconds(8)));
  EXPECT_EQ(shown, (std::vector<std::string>{"", "always-this", "", "always-this"}));
}

TEST(F75_DigestUser_Proxy, TheStrongerOfTwoChallengesIsAnsweredWhicheverComesFirst) {
  const HeaderField weak{"WWW-Authenticate", "Digest realm=\"r\", nonce=\"weak\", algorithm=MD5"};
  for (const bool weak_first : {true, false}) {
    std::string shown;
    ServedPhone phone([&](FlowId, const Message& request) {
      shown = nonce_of(request);
      if (!shown.empty()) return std::vector<std::string>{answer_to(request, 200, {{"Expires", "120"}})};
      return std::vector<std::string>{weak_first ? answer_to(request, 401, {weak, challenge_with("strong")})
                                                 : answer_to(request, 401, {challenge_with("strong"), weak})};
    });
    phone.agent.configure(with_password(), phone.now);
    ASSERT_TRUE(phone.settle());
    EXPECT_EQ(shown, "strong") << weak_first;
  }
}

TEST(F75_DigestUser_Refused, AWrongPasswordAtAServerOfOneTimeNoncesIsARefusal) {
  int number = 0;
  ServedPhone phone([&](FlowId, const Message& request) {
    return std::vector<std::string>{answer_to(request, 401, {challenge_with(cat("n", ++number))})};
  });
  phone.agent.configure(with_password(), phone.now);
  ASSERT_TRUE(phone.pass(seconds(1)));
  EXPECT_EQ(phone.asked.size(), 1 + Requests::kMostChallenges);
  EXPECT_EQ(phone.agent.view().registrations.at(0).state, RegistrationState::kRefused);
  EXPECT_EQ(phone.agent.view().registrations.at(0).reason, "the call manager refused the digest credentials");
}

TEST(F75_DigestUser_Refused, AServerThatCallsEveryNonceStaleIsNamed) {
  int number = 0;
  ServedPhone phone([&](FlowId, const Message& request) {
    return std::vector<std::string>{answer_to(request, 401, {challenge_with(cat("n", ++number), true)})};
  });
  phone.agent.configure(with_password(), phone.now);
  ASSERT_TRUE(phone.pass(seconds(1)));
  EXPECT_EQ(phone.agent.view().registrations.at(0).reason, "the call manager keeps renewing its challenge");
}

TEST(F75_DigestUser_Refused, ChallengesThatWouldBreakOurOwnHeaderAreNotAnswered) {
  for (const std::string& value :
       {std::string("Digest realm=\"r\", nonce=\"") + std::string(1025, 'n') + "\", algorithm=MD5",
        std::string("Digest realm=\"a\\\"b\", nonce=\"n\", algorithm=MD5")}) {
    ServedPhone phone([&](FlowId, const Message& request) {
      return std::vector<std::string>{answer_to(request, 401, {{"WWW-Authenticate", value}})};
    });
    phone.agent.configure(with_password(), phone.now);
    ASSERT_TRUE(phone.pass(seconds(1)));
    EXPECT_EQ(phone.asked.size(), 1u);
    EXPECT_NE(phone.agent.view().registrations.at(0).reason.find("the challenge"), std::string::npos);
  }
}

TEST(F75_DigestUser_Proxy, AProxyAndTheServerBehindItAreBothAnswered) {
  ServedPhone phone([&](FlowId, const Message& request) {
    if (nonce_of(request, "Proxy-Authorization") != "p")
      return std::vector<std::string>{answer_to(request, 407, {challenge_with("p", false, true)})};
    if (nonce_of(request) != "s") return std::vector<std::string>{answer_to(request, 401, {challenge_with("s")})};
    return std::vector<std::string>{answer_to(request, 200, {{"Expires", "120"}})};
  });
  phone.agent.configure(with_password(), phone.now);
  ASSERT_TRUE(phone.settle());
  EXPECT_TRUE(phone.agent.view().registered);
}

}  // namespace
}  // namespace phone::signaling
