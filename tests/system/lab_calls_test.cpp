// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the call manager may do with a call, seen on a whole phone: the far end holds and resumes, the offer is in the
// 200 and the answer in the ACK, and the far end is heard before it has answered.
#include <algorithm>

#include "tests/system/scene.hpp"

namespace phone::system {
namespace {

class LabCallsOnThePhone : public Scene {
 protected:
  nlohmann::json event(const std::string& name) {
    auto found = lab_->wait_for([&name](const nlohmann::json& one) { return one.value("event", "") == name; },
                                absl::Seconds(30));
    EXPECT_TRUE(found.ok()) << name << ": " << found.status();
    return found.ok() ? *found : nlohmann::json::object();
  }
  long long received() {
    const auto now = status();
    const auto media = now.value("media", nlohmann::json::object());
    return media.contains("stream") && !media["stream"].empty()
               ? std::stoll(media["stream"][0].value("packetsReceived", "0"))
               : 0;
  }
  void is_held_and_resumed(const std::string& as, const std::string& offered, const std::string& answered) {
    serve({"--hold", as, "--hold-after", "2", "--hold-for", "3"});
    const auto far = ring_up();
    ASSERT_TRUE(far.ok()) << far.status();
    const auto held = event("held");
    EXPECT_EQ(held.value("offered", ""), offered) << held.dump();
    EXPECT_EQ(held.value("answered", ""), answered) << held.dump();
    EXPECT_TRUE(has_call(status()));
    const auto resumed = event("resumed");
    EXPECT_EQ(resumed.value("answered", ""), "sendrecv") << resumed.dump();
    const long long heard = received();
    EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return received() > heard + 100; })) << status().dump(1);
    EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
  }
};

TEST_F(LabCallsOnThePhone, ASendonlyHoldIsAnsweredRecvonly) { is_held_and_resumed("sendonly", "sendonly", "recvonly"); }

TEST_F(LabCallsOnThePhone, AnInactiveHoldIsAnsweredInactive) {
  is_held_and_resumed("inactive", "inactive", "inactive");
}

TEST_F(LabCallsOnThePhone, AHoldByAddressIsAnsweredInactive) { is_held_and_resumed("0.0.0.0", "inactive", "inactive"); }

TEST_F(LabCallsOnThePhone, EarlyMediaIsFollowedByTheCall) {
  serve({"--early-media", "3", "--remote-party-id", "--connected-name", "Front Desk"});
  const auto far = ring_up();
  ASSERT_TRUE(far.ok()) << far.status();
  EXPECT_TRUE(has_call(status()));
  EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
}

TEST_F(LabCallsOnThePhone, ACallWithoutAnOfferIsOfferedByThePhone) {
  serve({"--delayed-offer"});
  auto far = ring_up();
  ASSERT_TRUE(far.ok()) << far.status();
  EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
  EXPECT_TRUE(far->command("dial", "1001").ok());
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return phone_->phonectl_text({"answer"}).exit_code == 0; }));
  EXPECT_TRUE(status_becomes(
      [](const nlohmann::json& now) {
        const auto calls = now["signaling"].value("call", nlohmann::json::array());
        return std::any_of(calls.begin(), calls.end(), [](const nlohmann::json& call) {
          return call.value("state", "") == "CALL_STATE_ESTABLISHED" &&
                 call["security"].value("level", "") == "SECURITY_LEVEL_ENCRYPTED";
        });
      },
      absl::Seconds(15)))
      << status().dump(1);
  EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
}

}  // namespace
}  // namespace phone::system
