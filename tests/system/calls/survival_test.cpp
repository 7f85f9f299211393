// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F27 on a whole phone: three call managers and an SRST router, each a process of its own, are ended one by one;
// the phone goes to the next within two seconds of knowing and comes back by token; the router is judged by the
// certificate of the configuration, and the row of the menu says so. A call stays up meanwhile. The alarm about the
// time out of service is read at the call manager.
#include <csignal>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

using nlohmann::json;

constexpr char kSecond[] = "10.77.0.12", kThird[] = "10.77.0.13", kRouter[] = "10.77.0.19";

// Another server of the cluster.
struct Node {
  rig::Process process;
  std::string events;
  std::vector<json> seen() const {
    std::vector<json> all;
    std::ifstream in(events);
    for (std::string line; std::getline(in, line);) {
      auto event = json::parse(line, nullptr, false);
      if (!event.is_discarded()) all.push_back(std::move(event));
    }
    return all;
  }
  bool saw(const std::string& event, const std::string& key = "", const std::string& part = "") const {
    const auto all = seen();
    return std::any_of(all.begin(), all.end(), [&](const json& one) {
      return one.value("event", "") == event && (key.empty() || absl::StrContains(one.value(key, ""), part));
    });
  }
  void freeze() const { ::kill(process.pid(), SIGSTOP); }
};

class F27_Survival_Lab : public Scene {
 protected:
  static constexpr absl::Duration kPatience = absl::Seconds(30);

  Node node(const std::string& address, const std::vector<std::string>& arguments = {}) {
    (void)rig::run({.argv = phone_->beside() + std::vector<std::string>{"ip", "addr", "add",
                                                                        absl::StrCat(address, "/24"), "dev", "lab0"}});
    Node made{.process = {}, .events = (stage_->root() / absl::StrCat("events-", address, ".jsonl")).string()};
    std::error_code none;
    std::filesystem::remove(made.events, none);
    const std::vector<std::string> serve{(stage_->bin() / "phone-lab").string(),
                                         "serve",
                                         "--dir",
                                         stage_->lab().string(),
                                         "--bind",
                                         address,
                                         "--device",
                                         kDevice,
                                         "--keepalive",
                                         "20",
                                         "--events",
                                         made.events};
    auto process = rig::Process::start({.argv = phone_->beside() + serve + arguments,
                                        .output = stage_->log(absl::StrCat("phone-lab-", address, ".log")).string()});
    EXPECT_TRUE(process.ok()) << process.status();
    if (process.ok()) made.process = *std::move(process);
    EXPECT_TRUE(rig::poll_until(absl::Seconds(15), [&] { return !made.seen().empty(); }));
    return made;
  }
  json row_of(const std::string& address) {
    const json now = status().value("signaling", json::object());
    for (const json& row : now.value("registration", json::array())) {
      if (absl::StrContains(row.value("server", ""), absl::StrCat("(", address, ":")) ||
          absl::StartsWith(row.value("server", ""), absl::StrCat(address, ":")))
        return row;
    }
    return json::object();
  }
  // At most one is ever seen as active.
  std::string active() {
    std::string found;
    const json now = status().value("signaling", json::object());
    for (const json& row : now.value("registration", json::array())) {
      if (!row.value("active", false)) continue;
      EXPECT_EQ(found, "") << "two are active: " << now["registration"].dump(1);
      found = row.value("server", "");
    }
    return found;
  }
  bool is_with(const std::string& address, absl::Duration patience) {
    return rig::poll_until(
        patience, [&] { return absl::StrContains(active(), absl::StrCat(address, ":")); }, absl::Milliseconds(50));
  }
  json srst_row_of_menu() {
    const json menu = status().value("security", json::object()).value("trustList", json::object());
    for (const json& server : menu.value("server", json::array())) {
      if (server.value("role", "") == "SRST") return server;
    }
    return json::object();
  }
  static long long received(const json& status) {
    long long most = 0;
    for (const auto& one : status.value("media", json::object()).value("stream", json::array()))
      most = std::max(most, std::stoll(one.value("packetsReceived", "0")));
    return most;
  }
  static std::vector<std::string> cluster(std::vector<std::string> more = {}) {
    std::vector<std::string> all{"--call-manager", kSecond,
                                 "--call-manager", kThird,
                                 "--srst-router",  kRouter,
                                 "--keepalive",    "20",
                                 "--set",          "devicePool/connectionMonitorDuration=5"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

// Scenario 2 of cucm-calls.md L: ended one by one, the router has the phone, and the first that returns gets it back.
TEST_F(F27_Survival_Lab, Scenario02_KeepaliveFailoverToken) {
  Node second = node(kSecond), third = node(kThird), router = node(kRouter, {"--be-srst"});
  serve(cluster());
  auto far_end = ring_up(absl::Minutes(5));
  ASSERT_TRUE(far_end.ok()) << far_end.status();
  ASSERT_TRUE(is_with(rig::Lab::kAddress, absl::Seconds(5))) << status().dump(1);
  ASSERT_TRUE(
      rig::poll_until(kPatience, [&] { return row_of(kThird).value("state", "") == "REGISTRATION_STATE_STANDBY"; }));
  const json standby = srst_row_of_menu();
  EXPECT_TRUE(standby.value("certificate", false)) << standby.dump();
  EXPECT_TRUE(absl::StrContains(standby.value("subject", ""), "srst.lab")) << standby.dump();

  // Closed: its connections end.
  lab_->process().end(absl::ZeroDuration());
  EXPECT_TRUE(is_with(kSecond, absl::Seconds(2))) << status()["signaling"].dump(1);
  EXPECT_TRUE(second.saw("registered", "reason", "cisco-alarm:14 "));
  const json told = [&] {
    json found;
    rig::poll_until(absl::Seconds(5), [&] {
      for (const json& one : second.seen()) {
        if (one.value("event", "") == "out-of-service") found = one;
      }
      return !found.is_null();
    });
    return found;
  }();
  ASSERT_TRUE(told.is_object());
  EXPECT_TRUE(told.value("accepted", false)) << told.dump();
  const json values = told.value("values", json::object());
  EXPECT_EQ(values.value("ReasonForOutOfService", ""), "14");
  EXPECT_EQ(values.value("UnifiedCMIPAddress", ""), rig::Lab::kAddress);
  EXPECT_TRUE(absl::StartsWith(values.value("DeviceIPv4Address", ""), "10.77.0.")) << values.dump();
  EXPECT_TRUE(absl::StrContains(values.value("DeviceIPv4Address", ""), "/24")) << values.dump();
  EXPECT_TRUE(absl::StartsWith(values.value("LastProtocolEventReceived", ""), "Rcvd:")) << values.dump();

  // The call goes on: its far end is heard.
  const long long before = received(status());
  EXPECT_TRUE(rig::poll_until(absl::Seconds(5), [&] { return received(status()) > before + 50; }));

  // Closed again, and then the last one goes silent: it is known when its REGISTER has had no answer.
  second.process.end(absl::ZeroDuration());
  EXPECT_TRUE(is_with(kThird, absl::Seconds(3))) << status()["signaling"].dump(1);
  third.freeze();
  EXPECT_TRUE(is_with(kRouter, absl::Seconds(90))) << status()["signaling"].dump(1);
  EXPECT_EQ(status()["signaling"].value("displayText", ""), "CM Fallback Service Operating");
  const json row = row_of(kRouter);
  EXPECT_FALSE(row.value("tlsVersion", "").empty()) << row.dump();
  EXPECT_TRUE(absl::StrContains(row.value("limited", ""), "do not disturb")) << row.dump();
  EXPECT_TRUE(absl::StrContains(phone_->phonectl_text({"status"}).output, "CM Fallback Service Operating"));
  EXPECT_NE(phone_->phonectl_text({"dnd", "on"}).exit_code, 0);
  EXPECT_TRUE(decided(
      kRouter,
      [](const json& one) {
        return one.value("accepted", false) && one.value("by", "") == "configuration" &&
               absl::StrContains(one.value("role", ""), "SRST");
      },
      kPatience));
  const long long silent = received(status());
  EXPECT_TRUE(rig::poll_until(absl::Seconds(5), [&] { return received(status()) > silent + 50; }))
      << "the call goes on";

  // One returns. Not while the call is up; then by token, and the router is told.
  second = node(kSecond);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(45), [&] {
    return row_of(kSecond).value("state", "") == "REGISTRATION_STATE_STANDBY";
  })) << status()["signaling"].dump(1);
  absl::SleepFor(absl::Seconds(7));  // longer than connectionMonitorDuration: what must not happen has its chance
  EXPECT_TRUE(absl::StrContains(active(), kRouter));
  EXPECT_FALSE(second.saw("refer"));
  EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
  EXPECT_TRUE(is_with(kSecond, absl::Seconds(30))) << status()["signaling"].dump(1);
  EXPECT_TRUE(second.saw("refer", "refer_to", "token-registration"));
  EXPECT_TRUE(second.saw("registered", "reason", "Last=fallback"));
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return router.saw("unregistered", "reason", "cisco-alarm:18 "); }));
  EXPECT_EQ(status()["signaling"].value("displayText", ""), "");
  EXPECT_TRUE(rig::poll_until(kPatience, [&] {
    return row_of(kRouter).value("state", "") == "REGISTRATION_STATE_DOWN";
  })) << row_of(kRouter).dump();
}

TEST_F(F27_Survival_Lab, ARouterWithAnotherCertificateIsRefusedUntilTheConfigurationNamesIt) {
  Node router = node(kRouter, {"--be-srst"});
  serve({"--srst-router", kRouter, "--srst-certificate", "srst-other", "--keepalive", "20"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  EXPECT_TRUE(srst_row_of_menu().value("certificate", false)) << "it is installed; the router has another one";
  lab_->process().end(absl::ZeroDuration());
  EXPECT_TRUE(rig::poll_until(kPatience, [&] {
    return absl::StrContains(row_of(kRouter).value("reason", ""), "is not the SRST certificate of the configuration");
  })) << status()["signaling"].dump(1);
  EXPECT_TRUE(rig::poll_until(kPatience, [&] {
    return row_of(kRouter).value("state", "") == "REGISTRATION_STATE_REFUSED";
  })) << "between two attempts";
  EXPECT_FALSE(router.saw("registered"));
  serve({"--srst-router", kRouter, "--srst-certificate", "srst", "--keepalive", "20", "--version-stamp", "{lab-0002}"});
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  reprovision();
  // The row keeps the last refusal until the router is tried again.
  EXPECT_TRUE(rig::poll_until(kPatience, [&] {
    std::ifstream log(stage_->log("phone-policy.log"));
    const std::string text{std::istreambuf_iterator<char>(log), {}};
    return absl::StrContains(text, "Configuration {lab-0002} is in force");
  }));
  lab_->process().end(absl::ZeroDuration());
  EXPECT_TRUE(is_with(kRouter, absl::Seconds(40))) << status()["signaling"].dump(1);
}

TEST_F(F27_Survival_Lab, WithoutACertificateTheRouterIsNamedAndNeverUsed) {
  Node router = node(kRouter, {"--be-srst"});
  serve({"--srst-router", kRouter, "--srst-certificate", "none", "--keepalive", "20"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  EXPECT_FALSE(srst_row_of_menu().value("certificate", false));
  EXPECT_TRUE(absl::StrContains(row_of(kRouter).value("reason", ""), "srstCertificate")) << row_of(kRouter).dump();
  lab_->process().end(absl::ZeroDuration());
  ASSERT_TRUE(status_becomes([](const json& now) { return !is_registered(now); }, kPatience));
  absl::SleepFor(absl::Seconds(12));
  EXPECT_EQ(router.seen().size(), 1u) << "it is not even connected to";
}

TEST_F(F27_Survival_Lab, ANonsecurePhoneHasAPlainRouter) {
  Node router = node(kRouter, {"--be-srst", "--security-mode", "nonsecure"});
  serve({"--srst-router", kRouter, "--security-mode", "nonsecure", "--keepalive", "20"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  EXPECT_FALSE(srst_row_of_menu().value("certificate", false)) << "there is none to show";
  lab_->process().end(absl::ZeroDuration());
  EXPECT_TRUE(is_with(kRouter, absl::Seconds(40))) << status()["signaling"].dump(1);
  EXPECT_TRUE(row_of(kRouter).value("tlsVersion", "").empty());
}

}  // namespace
}  // namespace phone::system
