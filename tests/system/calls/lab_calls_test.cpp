// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the call manager may do with a call, seen on a whole phone: the far end holds and resumes, the offer is in the
// 200 and the answer in the ACK, the far end is heard before it has answered, the session timer is another one, and the
// call manager is started again (F81).
#include <algorithm>
#include <filesystem>
#include <thread>

#include "tests/system/scene/scene.hpp"
#include "tests/system/scene/wire.hpp"

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

// Scenario 6 of cucm-calls.md L.
TEST_F(LabCallsOnThePhone, Scenario06_IncomingDelayedOffer) {
  serve({"--delayed-offer", "--wire"});
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
  EXPECT_TRUE(crossed(*lab_, {{"lab", "INVITE", {}},
                              {"phone", "180 INVITE", {}},
                              {"phone", "200 INVITE", {"RTP/SAVP", "a=crypto:", "Recv-Info: conference"}},
                              {"lab", "ACK", {"m=audio"}}}));
  EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
  EXPECT_TRUE(crossed(*lab_, {{"phone", "BYE", {"Session-ID: "}}}));
}

// F54: SIP over TLS to an IPv6 literal, SDP with IP6, SRTP both ways. Provisioning is found by DHCP, which is IPv4.
TEST_F(LabCallsOnThePhone, AWholeCallOverIPv6) {
  ASSERT_TRUE(rig::Lab::join_six(*phone_).ok());
  auto lab = rig::Lab::serve(*stage_, *phone_, kDevice, {"--host", rig::Lab::kAddress6}, "::");
  ASSERT_TRUE(lab.ok()) << lab.status();
  lab_ = *std::move(lab);
  const auto far = ring_up(absl::Minutes(1), rig::FarEndOptions{.address = "fd77::2", .registrar = "[fd77::1]:5061"});
  ASSERT_TRUE(far.ok()) << far.status();
  EXPECT_TRUE(status_becomes(
      [](const nlohmann::json& now) {
        const auto calls = now["signaling"].value("call", nlohmann::json::array());
        return !calls.empty() && calls[0]["security"].value("level", "") == "SECURITY_LEVEL_ENCRYPTED";
      },
      absl::Seconds(15)))
      << status().dump(1);
  const long long heard = received();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return received() > heard + 100; })) << status().dump(1);
  const auto sockets =
      rig::run({.argv = phone_->inside() + std::vector<std::string>{"ss", "-Htn", "dst", "[fd77::1]"}});
  ASSERT_TRUE(sockets.ok());
  EXPECT_NE(sockets->output.find("[fd77::50]:"), std::string::npos) << "SIP over IPv6: " << sockets->output;
  EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
}

TEST_F(LabCallsOnThePhone, ACallManagerThatForgetsTheCallLeavesItToItsMedia) {
  // Longer than the phone asks for: 422, and the INVITE once more.
  serve({"--min-se", "3600", "--reliable-ringing"});
  const auto far = ring_up(absl::Minutes(2));
  ASSERT_TRUE(far.ok()) << far.status();
  EXPECT_TRUE(event("prack").value("right", false));
  serve();
  const auto state_is = [](const char* state) {
    return [state](const nlohmann::json& now) {
      const auto calls = now["signaling"].value("call", nlohmann::json::array());
      return is_registered(now) && !calls.empty() && calls[0].value("state", "") == state;
    };
  };
  EXPECT_TRUE(status_becomes(state_is("CALL_STATE_PRESERVED"), absl::Seconds(30))) << status().dump(1);
  const long long heard = received();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return received() > heard + 100; })) << status().dump(1);
  EXPECT_TRUE(state_is("CALL_STATE_PRESERVED")(status())) << "the 481 has not ended it";
  EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
  EXPECT_TRUE(status_becomes(state_is("CALL_STATE_ENDED"), absl::Seconds(10))) << status().dump(1);
}

// The call goes on once the call manager has its code, which is nowhere else; the history outlives signaling.
using F91_F92_CodesAndHistory_Lab = LabCallsOnThePhone;

// Scenario 3 of cucm-calls.md L; the call is remembered.
TEST_F(F91_F92_CodesAndHistory_Lab, Scenario03_OutgoingKpmlClosed) {
  serve({"--kpml", "code", "--wire", "--set", "sipProfile/kpml=3", "--set", "sipProfile/T302Timer=4000", "--set",
         "devicePool/dateTimeSetting/olsonTimeZone=Asia/Tokyo"});
  std::string said;
  const auto typed = [&] {
    auto outcome =
        rig::run({.argv = phone_->inside() +
                          std::vector<std::string>{"/bin/sh", "-c", "echo '4711' | /usr/lib/phone/phonectl digits"}});
    said = outcome.ok() ? outcome->output : std::string(outcome.status().message());
    return outcome.ok() && outcome->exit_code == 0;
  };
  std::thread user([&] { rig::poll_until(absl::Minutes(1), typed, absl::Milliseconds(300)); });
  const auto far = ring_up();
  user.join();
  ASSERT_TRUE(far.ok()) << far.status() << said;
  EXPECT_EQ(event("keys").value("pressed", ""), "4");
  const auto all =
      lab_->wait_for([](const nlohmann::json& one) { return one.value("pressed", "") == "4711"; }, absl::Seconds(5));
  EXPECT_TRUE(all.ok()) << all.status();
  EXPECT_TRUE(crossed(*lab_, {{"phone", "INVITE", {"Expires: 180", "Session-ID: ", "Recv-Info: conference"}},
                              {"lab", "SUBSCRIBE", {"Event: kpml", "Expires: 7200"}},
                              {"phone", "200 SUBSCRIBE", {}},
                              {"phone", "NOTIFY", {"Event: kpml"}},
                              {"phone", "NOTIFY", {"digits=\"4\""}},
                              {"phone", "NOTIFY", {"code=\"423\""}},
                              {"lab", "SUBSCRIBE", {"Expires: 0"}},
                              {"phone", "NOTIFY", {"terminated"}},
                              {"lab", "200 INVITE", {}},
                              {"phone", "ACK", {}}}));
  EXPECT_EQ(status().dump().find("4711"), std::string::npos);
  ASSERT_TRUE(phone_->kill("signaling", "KILL").ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30)));
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return phone_->phonectl_text({"hangup"}).exit_code == 0; }));
  const auto memory = phone_->phonectl({"history", "--json"});
  ASSERT_TRUE(memory.ok()) << memory.status();
  ASSERT_EQ((*memory)["history"].size(), 1U) << memory->dump(1);
  EXPECT_EQ((*memory)["history"][0].value("kind", ""), "HISTORY_KIND_PLACED");
  EXPECT_EQ((*memory)["history"][0].value("number", ""), rig::Lab::kFarEnd);
  EXPECT_EQ(memory->value("timeZone", ""), "Asia/Tokyo");
  EXPECT_EQ(std::filesystem::status(stage_->state("signaling") / "history").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  for (const auto& [name, content] : flash("signaling")) EXPECT_EQ(content.find("4711"), std::string::npos) << name;
}

}  // namespace
}  // namespace phone::system
