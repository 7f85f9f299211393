// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// One digest path for every request: a server that takes each nonce once, several realms at a time, auth-int (F75).
#include <set>

#include "common/crypto/digest.hpp"
#include "tests/unit/signaling/call/served_calls.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

class F75_DigestPath : public ServedCalls {
 protected:
  void SetUp() override {}
  // Challenges every request that shows no nonce which is still good, and takes each once.
  std::optional<std::string> challenged(const Message& request) {
    if (good_.erase(nonce_of(request)) != 0) {
      passed.insert(request.method);
      return std::nullopt;
    }
    const std::string nonce = cat("nonce-", ++given_);
    good_.insert(nonce);
    return answer_to(request, 401, {challenge_with(nonce)});
  }
  void guard(const std::string& method, std::function<std::vector<std::string>(const Message&)> then) {
    answers[method] = [this, then](const Message& request) {
      const auto challenge = challenged(request);
      return challenge.has_value() ? std::vector{*challenge} : then(request);
    };
  }
  std::set<std::string> passed;

 private:
  std::set<std::string> good_;
  int given_ = 0;
};

TEST_F(F75_DigestPath, EveryRequestAnswersAServerThatTakesEachNonceOnce) {
  guard("REGISTER", [](const Message& request) { return std::vector{answer_to(request, 200, {{"Expires", "120"}})}; });
  guard("INVITE", [](const Message& request) {
    Message ringing = make_response(request, 183, "", "server-tag");
    ringing.add("Require", "100rel").add("RSeq", "1");
    return std::vector{write(ringing), far_answer(request)};
  });
  for (const char* method : {"PRACK", "UPDATE", "REFER", "OPTIONS", "BYE"})
    guard(method, [](const Message& request) { return std::vector{answer_to(request, 200)}; });
  start(with_password());
  dial();
  ASSERT_EQ(call().state, CallState::kEstablished) << call().ended_by;
  media_hears(1);
  ASSERT_TRUE(phone.pass(seconds(61)));  // silence: OPTIONS
  phone.agent.flow_down({.flow = phone.world.opened.back().first, .reason = "reset"}, phone.now);
  ASSERT_TRUE(phone.pass(seconds(5)));  // UPDATE
  ASSERT_EQ(call().state, CallState::kEstablished) << call().ended_by;
  ASSERT_TRUE(phone.agent.transfer(call().call, "1009", "", phone.now).ok());
  ASSERT_TRUE(phone.pass(seconds(1)));  // hold, then REFER
  ASSERT_TRUE(phone.agent.hang_up(call().call, phone.now).ok());
  ASSERT_TRUE(phone.settle());
  EXPECT_EQ(passed, (std::set<std::string>{"REGISTER", "INVITE", "PRACK", "UPDATE", "REFER", "OPTIONS", "BYE"}));
}

TEST_F(F75_DigestPath, TheAckShowsWhatItsInviteHasShown) {
  guard("INVITE", [](const Message& request) { return std::vector{far_answer(request)}; });
  start(with_password());
  dial();
  ASSERT_EQ(call().state, CallState::kEstablished);
  Message ack;
  for (const auto& [flow, bytes] : phone.world.sent) {
    if (bytes.starts_with("ACK ")) ack = FakeUserAgentPort::read(bytes);
  }
  EXPECT_FALSE(nonce_of(ack).empty()) << "of the 200";
  EXPECT_EQ(ack.field("Authorization"), invite.field("Authorization"));
}

TEST_F(F75_DigestPath, ProxiesOfSeveralRealmsAreAnsweredAtOnce) {
  const auto proxy = [](const std::string& realm, const std::string& nonce) {
    return HeaderField{"Proxy-Authenticate",
                       cat("Digest realm=\"", realm, "\", nonce=\"", nonce, "\", algorithm=SHA-256, qop=\"auth\"")};
  };
  answers["INVITE"] = [&](const Message& request) {
    const auto shown = request.fields_named("Proxy-Authorization");
    if (shown.size() < 2) return std::vector{answer_to(request, 407, {proxy("one", "a"), proxy("two", "b")})};
    return std::vector{answer_to(request, 486)};
  };
  start(with_password());
  dial();
  EXPECT_EQ(count("INVITE"), 2u);
  EXPECT_EQ(call().sip_status, 486u);
  dial();
  EXPECT_EQ(count("INVITE"), 3u) << "the next request carries what is known";
}

TEST_F(F75_DigestPath, ARealmThatRefusesDoesNotUndoAnother) {
  answers["INVITE"] = [&](const Message& request) {
    return std::vector{answer_to(request, 407, {challenge_with("always-this", false, true)})};
  };
  int given = 0;
  answers["REGISTER"] = [&](const Message& request) {
    if (nonce_of(request).empty()) return std::vector{answer_to(request, 401, {challenge_with(cat("n", ++given))})};
    return std::vector{answer_to(request, 200, {{"Expires", "120"}})};
  };
  start(with_password());
  dial();
  EXPECT_EQ(call().ended_by, "the call manager refused the digest credentials");
  ASSERT_TRUE(phone.pass(seconds(300)));
  EXPECT_TRUE(phone.agent.view().registered);
}

TEST_F(F75_DigestPath, AuthIntIsAnsweredWhereNothingElseIsTaken) {
  answers["INVITE"] = [&](const Message& request) {
    if (request.field("Authorization").has_value()) return std::vector{answer_to(request, 486)};
    return std::vector{answer_to(
        request, 401, {{"WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-256, qop=\"auth-int\""}})};
  };
  start(with_password());
  dial();
  const std::string said = invite.field("Authorization").value_or("");
  EXPECT_NE(said.find("qop=auth-int"), std::string::npos) << said;
  const auto part = [&](const std::string& name) {
    const size_t at = said.find(name) + name.size();
    return said.substr(at, said.find_first_of("\",", at) - at);
  };
  const auto hash = [](const std::string& text) { return crypto::hex(crypto::digest(crypto::Digest::kSha256, text)); };
  const std::string a1 = hash("2222:r:secret-2222"), a2 = hash(cat("INVITE:", invite.uri, ":", hash(invite.body)));
  EXPECT_FALSE(invite.body.empty());
  EXPECT_EQ(part("response=\""), hash(cat(a1, ":n:00000001:", part("cnonce=\""), ":auth-int:", a2)));
}

TEST_F(F75_DigestPath, AnUnknownProtectionIsNamed) {
  answers["INVITE"] = [&](const Message& request) {
    return std::vector{
        answer_to(request, 401, {{"WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\", qop=\"auth-conf\""}})};
  };
  start(with_password());
  dial();
  EXPECT_EQ(count("INVITE"), 1u);
  EXPECT_EQ(call().ended_by, "unsupported protection of a digest: auth-conf");
}

}  // namespace
}  // namespace phone::signaling
