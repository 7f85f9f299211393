// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F75 on a whole phone: a digest user at call managers that renew their nonces without stale=true stays in
// service, makes calls and ends them; endless challenges are not answered endlessly (the phone's answers are counted).
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

class F75_DigestUser_Lab : public Scene {
 protected:
  void serve_with(const std::string& nonces) {
    ASSERT_TRUE(stage_->put("digest-password", "correct horse\n").ok());
    serve({"--digest-nonces", nonces, "--digest-password-file", (stage_->root() / "digest-password").string(),
           "--keepalive", "20"});
  }
  size_t count(const std::string& event) const {
    size_t found = 0;
    for (const auto& one : lab_->events()) found += one.value("event", "") == event;
    return found;
  }
  void stays_in_service(const std::string& nonces) {
    serve_with(nonces);
    auto far_end = ring_up(absl::Minutes(3));
    ASSERT_TRUE(far_end.ok()) << far_end.status();
    // The next process asks with no nonce of the one before, over a connection of its own.
    ASSERT_TRUE(phone_->kill("signaling", "KILL").ok());
    const size_t before = count("refreshed");
    EXPECT_TRUE(rig::poll_until(absl::Seconds(90), [&] { return count("refreshed") >= before + 2; }));
    EXPECT_TRUE(is_registered(status())) << status().dump(1);
    EXPECT_TRUE(has_call(status())) << status().dump(1);
    EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
    EXPECT_TRUE(lab_->wait_for(
                        [](const nlohmann::json& event) {
                          return event.value("event", "") == "call" && event.value("state", "") == "ended" &&
                                 event.value("by", "") == "1001";
                        },
                        absl::Seconds(20))
                    .ok())
        << "the BYE was challenged and answered";
    EXPECT_GT(count("challenge"), 3u);
    for (const auto& event : lab_->events()) {
      if (event.value("event", "") != "challenge") continue;
      EXPECT_EQ(event.value("nonces_of_other_connections", 9), 0);
    }
    const rig::Outcome told = phone_->phonectl_text({"events", "--for", "1", "--json"});
    EXPECT_FALSE(absl::StrContains(told.output, "registration.refused")) << told.output;
  }
};

TEST_F(F75_DigestUser_Lab, OneTimeNoncesCostNoService) { stays_in_service("one-time"); }

TEST_F(F75_DigestUser_Lab, RenewedNoncesCostNoService) { stays_in_service("renewed"); }

TEST_F(F75_DigestUser_Lab, EndlessChallengesAreAnsweredThreeTimesAnAttempt) {
  serve_with("endless");
  ASSERT_TRUE(phone_->power_on().ok());
  std::vector<double> at;  // of the REGISTERs: the first and three with other nonces, then the next attempt
  EXPECT_TRUE(rig::poll_until(absl::Seconds(90), [&] {
    at.clear();
    for (const auto& event : lab_->events()) {
      const bool counts = event.value("event", "") == "challenge" && event.value("method", "") == "REGISTER";
      if (counts) at.push_back(event.value("time", 0.0));
    }
    return at.size() > 4;
  })) << status().dump(1);
  ASSERT_GT(at.size(), 4u);
  EXPECT_LE(count("challenge"), 16u) << "with an alarm before each attempt";
  EXPECT_GT(at[4] - at[3], 20) << "the second attempt is half a minute after the first";
  EXPECT_TRUE(absl::StrContains(status().dump(), "keeps renewing its challenge")) << status().dump(1);
}

}  // namespace
}  // namespace phone::system
