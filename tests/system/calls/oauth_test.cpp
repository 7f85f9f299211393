// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F7 on a whole phone: sipOAuthMode, port 5090 without a client certificate, 407 Bearer in Cisco's form and 401
// in RFC 8898's, a token by activation code, renewed before it is over and after a restart, sealed on flash and in no
// log; what cannot be had is said by name.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

using nlohmann::json;

constexpr char kCode[] = "4711081512345678";

class F7_SipOAuth_Lab : public Scene {
 protected:
  static constexpr absl::Duration kPatience = absl::Seconds(30);

  void serve_tokens(std::vector<std::string> more = {}) {
    ASSERT_TRUE(stage_->put("activation-code", absl::StrCat(kCode, "\n")).ok());
    std::vector<std::string> all{"--sip-oauth", "--activation-code-file", (stage_->root() / "activation-code").string(),
                                 "--keepalive", "20"};
    all.insert(all.end(), more.begin(), more.end());
    serve(all);
  }
  std::string reason() {
    const json now = status().value("signaling", json::object());
    for (const json& row : now.value("registration", json::array())) return row.value("reason", "");
    return "";
  }
  rig::Outcome authorize(const std::string& code) {
    auto outcome =
        rig::run({.argv = phone_->inside() + std::vector<std::string>{"/usr/lib/phone/phonectl", "authorize"},
                  .input = code + "\n"});
    return outcome.ok() ? *outcome : rig::Outcome{.output = std::string(outcome.status().message())};
  }
  size_t count(const std::string& event, const std::string& key = "", const json& value = {}) const {
    size_t found = 0;
    for (const auto& one : lab_->events())
      found += one.value("event", "") == event && (key.empty() || one.value(key, json()) == value);
    return found;
  }
  bool nowhere_on_flash(const std::string& secret) const {
    for (const auto& [name, content] : flash("signaling")) {
      if (absl::StrContains(content, secret)) return false;
    }
    return true;
  }
};

TEST_F(F7_SipOAuth_Lab, ACodeBecomesTokensThatTheRegistrationShowsRenewsAndKeeps) {
  serve_tokens({"--token-seconds", "40"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(rig::poll_until(absl::Seconds(60), [&] { return absl::StrContains(reason(), "OAuth token"); }))
      << status().dump(1);
  EXPECT_TRUE(absl::StrContains(reason(), "activation code")) << reason();
  EXPECT_NE(authorize("1111222233334444").exit_code, 0);
  EXPECT_FALSE(is_registered(status()));
  ASSERT_EQ(authorize("4711 0815 1234 5678").exit_code, 0);
  ASSERT_TRUE(becomes_registered(absl::Seconds(10))) << status().dump(1);
  const auto registered =
      lab_->wait_for([](const json& one) { return one.value("event", "") == "registered"; }, kPatience);
  ASSERT_TRUE(registered.ok());
  EXPECT_EQ(registered->value("certificate", "x"), "") << "no client certificate is shown";
  EXPECT_EQ(count("bearer", "form", "cisco"), count("bearer", "accepted", true));
  const json now = status()["signaling"];
  EXPECT_TRUE(now["authorization"].value("held", false)) << now.dump(1);

  // Renewed before it is over, again and again: the registration is never lost.
  const size_t tokens = count("token", "grant", "refresh_token");
  EXPECT_TRUE(
      rig::poll_until(absl::Seconds(80), [&] { return count("token", "grant", "refresh_token") >= tokens + 2; }));
  EXPECT_TRUE(is_registered(status()));
  EXPECT_EQ(count("bearer", "reason", "the token is over"), 0u);

  // The next process has the refresh token, sealed; nobody asks for a code again.
  ASSERT_TRUE(phone_->kill("signaling", "KILL").ok());
  ASSERT_TRUE(rig::poll_until(kPatience, [&] { return phone_->property("signaling", "NRestarts") == "1"; }));
  ASSERT_TRUE(becomes_registered(kPatience)) << status().dump(1);
  EXPECT_EQ(count("token", "grant", "urn:phonemesh:activation-code"), 2u);
  EXPECT_TRUE(nowhere_on_flash("eyJhbGci"));
  EXPECT_TRUE(nowhere_on_flash(kCode));
  const auto log = rig::run({.argv = phone_->inside() + std::vector<std::string>{"journalctl", "--no-pager", "-q"}});
  if (log.ok()) {
    EXPECT_FALSE(absl::StrContains(log->output, "eyJhbGci"));
    EXPECT_FALSE(absl::StrContains(log->output, kCode));
  }
  const rig::Outcome told = phone_->phonectl_text({"events", "--for", "1", "--json"});
  EXPECT_FALSE(absl::StrContains(told.output, "eyJhbGci")) << told.output;
  EXPECT_FALSE(absl::StrContains(told.output, kCode));
  EXPECT_TRUE(absl::StrContains(told.output, "authorization.token")) << told.output;
}

TEST_F(F7_SipOAuth_Lab, Rfc8898sChallengeIsAnsweredToo) {
  serve_tokens({"--oauth-rfc8898"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(rig::poll_until(
      absl::Seconds(60), [&] { return authorize(kCode).exit_code == 0; }, absl::Seconds(1)));
  ASSERT_TRUE(becomes_registered(absl::Seconds(10))) << status().dump(1);
  EXPECT_GE(count("bearer", "form", "rfc8898"), 1u);
}

TEST_F(F7_SipOAuth_Lab, AStrangeAuthorizationServiceGetsNoCode) {
  serve_tokens();
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "oauth=stranger\n").ok());
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(rig::poll_until(absl::Seconds(60), [&] { return absl::StrContains(reason(), "OAuth token"); }));
  const rig::Outcome refused = authorize(kCode);
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_EQ(count("token"), 0u) << "the handshake ends before a request";
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  EXPECT_EQ(authorize(kCode).exit_code, 0) << "the code is still good";
  EXPECT_TRUE(becomes_registered(absl::Seconds(10)));
}

// The call manager wants a token, the configuration does not say so.
TEST_F(F7_SipOAuth_Lab, TheWrongPortIsSaidInTheCallManagersWords) {
  serve_tokens({"--set", "sipOAuthMode=0"});
  ASSERT_TRUE(phone_->power_on().ok());
  EXPECT_TRUE(rig::poll_until(absl::Seconds(60), [&] {
    return absl::StrContains(reason(), "SIP OAuth Registration port Mismatch");
  })) << status()["signaling"].dump(1);
  const rig::Outcome refused = authorize(kCode);
  EXPECT_NE(refused.exit_code, 0);
}

TEST_F(F7_SipOAuth_Lab, WhereNoServiceIsNamedThePhoneSaysSo) {
  serve_tokens({"--set", "vendorConfig/sipOAuthServer="});
  ASSERT_TRUE(phone_->power_on().ok());
  EXPECT_TRUE(rig::poll_until(absl::Seconds(60), [&] { return absl::StrContains(reason(), "sipOAuthServer"); }))
      << status()["signaling"].dump(1);
}

}  // namespace
}  // namespace phone::system
