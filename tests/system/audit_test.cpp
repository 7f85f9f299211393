// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F2 against rsyslog: audit events of several services arrive by syslog over TCP and over TLS, in the order of
// the phone's own audit log, and none is missing after the collector was away or was another one; by UDP when it is
// configured.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

using ::testing::HasSubstr;

constexpr char kTcp[] = "module(load=\"imtcp\")\ninput(type=\"imtcp\" address=\"10.77.0.1\" port=\"1514\")\n";
constexpr char kUdp[] = "module(load=\"imudp\")\ninput(type=\"imudp\" address=\"10.77.0.1\" port=\"1514\")\n";

class AuditScene : public Scene {
 protected:
  void start_collector(const std::string& input = kTcp) {
    const std::string root = (stage_->root() / "rsyslog").string();
    std::filesystem::create_directories(root);
    std::ofstream(root + "/conf")
        << "global(workDirectory=\"" << root << "\")\n"
        << input << "template(name=\"line\" type=\"string\" "
        << "string=\"%hostname%|%app-name%|%msgid%|%pri%|%timereported:::date-rfc3339%|%msg%\\n\")\n"
        << "*.* action(type=\"omfile\" file=\"" << received_file() << "\" template=\"line\")\n";
    auto started =
        rig::Process::start({.argv = phone_->beside() + std::vector<std::string>{"rsyslogd", "-n", "-f", root + "/conf",
                                                                                 "-i", root + "/pid"},
                             .output = stage_->log("rsyslogd.log").string()});
    ASSERT_TRUE(started.ok()) << started.status();
    collector_ = *std::move(started);
  }
  void stop_collector() { collector_.end(absl::Seconds(20)); }
  std::string received_file() const { return (stage_->root() / "rsyslog" / "received").string(); }
  std::vector<std::vector<std::string>> received() const {
    std::vector<std::vector<std::string>> all;
    std::ifstream in(received_file());
    for (std::string line; std::getline(in, line);) all.push_back(absl::StrSplit(line, absl::MaxSplits('|', 5)));
    return all;
  }
  // Times of the phone's own audit log, in its order, from the moment the collector was configured.
  std::vector<std::string> own_times() const {
    std::vector<std::string> times;
    const auto files = flash("policy");
    bool begun = false;
    for (const auto& [name, content] : files) {
      if (!absl::EndsWith(name, "audit.log")) continue;
      for (const absl::string_view line : absl::StrSplit(content, '\n', absl::SkipEmpty())) {
        const auto json = nlohmann::json::parse(line, nullptr, false);
        begun = begun || absl::StrContains(json.value("text", ""), "is in force");
        if (begun) times.push_back(json.value("time", ""));
      }
    }
    return times;
  }
  bool has(const std::string& service, const std::string& kind) const {
    const auto all = received();
    return std::any_of(all.begin(), all.end(),
                       [&](const auto& one) { return one.size() == 6 && one[1] == service && one[2] == kind; });
  }
  nlohmann::json delivery() { return status().value("/provisioning/audit"_json_pointer, nlohmann::json::object()); }

  // What the phone's own log has up to now arrives, all of it and in that order.
  void expect_all_of_own_log() {
    const auto own = own_times();
    ASSERT_GT(own.size(), 8U);
    std::string missing;
    EXPECT_TRUE(rig::poll_until(absl::Seconds(30),
                                [&] {
                                  std::vector<std::string> times;
                                  for (const auto& line : received()) {
                                    absl::Time parsed = absl::InfinitePast();
                                    std::string error;
                                    if (line.size() == 6U)
                                      (void)absl::ParseTime(absl::RFC3339_full, line[4], &parsed, &error);
                                    times.push_back(
                                        absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", parsed, absl::UTCTimeZone()));
                                  }
                                  missing.clear();
                                  auto at = times.begin();
                                  for (const std::string& one : own) {
                                    at = std::find(at, times.end(), one);
                                    if (at != times.end()) continue;
                                    missing = one;
                                    return false;
                                  }
                                  return true;
                                }))
        << missing << " is missing or out of order";
  }
  void try_password(const char* password) {
    (void)rig::run(
        {.argv = phone_->inside() +
                 std::vector<std::string>{
                     "sh", "-c", absl::StrCat("printf '%s\\n' '", password, "' | /usr/lib/phone/phonectl unlock")}});
  }
  bool nothing_waits(absl::Duration patience) {
    return rig::poll_until(patience, [&] { return delivery().value("waiting", "0") == "0"; });
  }
  // In the phone's own audit log.
  bool told(const std::string& kind, const std::string& words) {
    for (const auto& [name, content] : flash("policy")) {
      if (!absl::EndsWith(name, "audit.log")) continue;
      for (const absl::string_view line : absl::StrSplit(content, '\n', absl::SkipEmpty())) {
        const auto json = nlohmann::json::parse(line, nullptr, false);
        if (json.value("kind", "") == kind && absl::StrContains(json.value("text", ""), words)) return true;
      }
    }
    return false;
  }

  rig::Process collector_;
};

class F2_RemoteAudit_Peer : public AuditScene {};

TEST_F(F2_RemoteAudit_Peer, EventsOfAllServicesArriveInOrderAndNoneIsLostWhileTheCollectorIsAway) {
  if (!std::filesystem::exists("/usr/sbin/rsyslogd")) GTEST_SKIP() << "no rsyslogd here";
  serve({"--set", "vendorConfig/auditLogServer=10.77.0.1:1514", "--set", "commonProfile/phonePassword=48151623"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  ASSERT_TRUE(rig::poll_until(absl::Seconds(30), [&] {
    return !delivery().value("failure", "").empty() && delivery().value("waiting", "0") != "0";
  })) << delivery().dump();
  start_collector();
  ASSERT_TRUE(rig::poll_until(absl::Seconds(90), [&] { return has("phone-signaling", "registration.registered"); }))
      << delivery().dump();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] { return delivery().value("waiting", "0") == "0"; }))
      << delivery().dump();
  for (const auto& line : received()) {
    ASSERT_EQ(line.size(), 6U);
    EXPECT_EQ(line[0], kDevice);
    EXPECT_TRUE(absl::StartsWith(line[1], "phone-")) << line[1];
  }

  stop_collector();
  for (int i = 0; i < 6; ++i) try_password("00000000");
  ASSERT_TRUE(rig::poll_until(absl::Seconds(30), [&] { return !delivery().value("failure", "").empty(); }))
      << delivery().dump();
  ASSERT_TRUE(phone_->kill("policy", "KILL").ok()) << "the queue outlives its process";
  start_collector();
  ASSERT_TRUE(rig::poll_until(absl::Seconds(90), [&] {
    const auto all = received();
    return std::count_if(all.begin(), all.end(), [](const auto& one) {
             return one.size() == 6 && one[2] == "settings.unlock_refused";
           }) >= 4;  // three that were looked at, and one wait
  })) << delivery().dump();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(60), [&] { return delivery().value("waiting", "0") == "0"; }))
      << delivery().dump();

  expect_all_of_own_log();
  EXPECT_THAT(phone_->phonectl_text({"status"}).output, HasSubstr("10.77.0.1:1514, TCP"));
}

// A collector of its own authority, and one that a stranger has certified for the same address.
class F2_RemoteAuditByTls_Peer : public AuditScene {
 protected:
  bool made(const std::vector<std::string>& words) {
    const auto outcome = rig::run({.argv = std::vector<std::string>{"openssl"} + words});
    return outcome.ok() && outcome->exit_code == 0;
  }
  std::string pem(const std::string& name) const { return (stage_->root() / (name + ".pem")).string(); }
  std::string key(const std::string& name) const { return (stage_->root() / (name + ".key")).string(); }
  void make_collector(const std::string& name) {
    ASSERT_TRUE(made({"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key(name + "-ca"), "-out",
                      pem(name + "-ca"), "-subj", "/CN=" + name + " authority", "-days", "30"}));
    ASSERT_TRUE(made({"req",
                      "-x509",
                      "-newkey",
                      "rsa:2048",
                      "-nodes",
                      "-keyout",
                      key(name),
                      "-out",
                      pem(name),
                      "-CA",
                      pem(name + "-ca"),
                      "-CAkey",
                      key(name + "-ca"),
                      "-subj",
                      "/CN=" + name,
                      "-addext",
                      "subjectAltName=IP:10.77.0.1",
                      "-addext",
                      "basicConstraints=critical,CA:FALSE",
                      "-days",
                      "30"}));
  }
  // Base64 without the lines of PEM.
  std::string der_of(const std::string& name) const {
    std::ifstream in(pem(name));
    std::string all;
    for (std::string line; std::getline(in, line);) {
      if (!absl::StartsWith(line, "-----")) all += line;
    }
    return all;
  }
  std::string by_tls(const std::string& name) const {
    return absl::StrCat("global(defaultNetstreamDriver=\"ossl\" defaultNetstreamDriverCAFile=\"", pem(name + "-ca"),
                        "\" defaultNetstreamDriverCertFile=\"", pem(name), "\" defaultNetstreamDriverKeyFile=\"",
                        key(name), "\")\nmodule(load=\"imtcp\" streamDriver.name=\"ossl\" streamDriver.mode=\"1\" ",
                        "streamDriver.authMode=\"anon\")\n",
                        "input(type=\"imtcp\" address=\"10.77.0.1\" port=\"6514\")\n");
  }
};

TEST_F(F2_RemoteAuditByTls_Peer, OnlyTheCollectorOfTheConfigurationGetsThemAndNoneIsLostOverItsRestarts) {
  if (!std::filesystem::exists("/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_ossl.so")) GTEST_SKIP() << "no rsyslog-openssl";
  make_collector("collector");
  make_collector("stranger");
  serve({"--set", "vendorConfig/auditLogServer=10.77.0.1", "--set", "vendorConfig/auditLogTransport=tls", "--set",
         "vendorConfig/auditLogCertificate=" + der_of("collector-ca"), "--set",
         "commonProfile/phonePassword=48151623"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  start_collector(by_tls("stranger"));
  EXPECT_TRUE(rig::poll_until(absl::Seconds(60), [&] { return told("audit.delivery", "CN=stranger"); }))
      << delivery().dump();
  EXPECT_TRUE(decided(
      "10.77.0.1",
      [](const auto& one) { return one.value("role", "") == "path (syslog)" && !one.value("accepted", false); },
      absl::Seconds(10)));
  EXPECT_EQ(delivery().value("delivered", "0"), "0");
  EXPECT_TRUE(received().empty()) << "a stranger gets nothing";
  stop_collector();

  start_collector(by_tls("collector"));
  ASSERT_TRUE(rig::poll_until(absl::Seconds(90), [&] { return has("phone-signaling", "registration.registered"); }))
      << delivery().dump();
  EXPECT_TRUE(nothing_waits(absl::Seconds(60))) << delivery().dump();
  for (int restart = 0; restart < 3; ++restart) {
    for (int i = 0; i < 3; ++i) try_password("00000000");
    stop_collector();
    ASSERT_EQ(phone_->phonectl_text({"lock"}).exit_code, 0);
    start_collector(by_tls("collector"));
  }
  EXPECT_TRUE(nothing_waits(absl::Seconds(120))) << delivery().dump();
  expect_all_of_own_log();
  EXPECT_THAT(phone_->phonectl_text({"status"}).output, HasSubstr("10.77.0.1:6514, TLS"));
}

class F2_RemoteAuditByUdp_Peer : public AuditScene {};

TEST_F(F2_RemoteAuditByUdp_Peer, OneDatagramAnEventWhenItIsConfigured) {
  if (!std::filesystem::exists("/usr/sbin/rsyslogd")) GTEST_SKIP() << "no rsyslogd here";
  start_collector(kUdp);
  serve({"--set", "vendorConfig/auditLogServer=10.77.0.1:1514", "--set", "vendorConfig/auditLogTransport=udp"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(60), [&] { return has("phone-signaling", "registration.registered"); }))
      << delivery().dump();
  for (const auto& line : received()) {
    ASSERT_EQ(line.size(), 6U) << "one event a datagram, without its length";
    EXPECT_EQ(line[0], kDevice);
  }
  EXPECT_THAT(phone_->phonectl_text({"status"}).output, HasSubstr("10.77.0.1:1514, UDP"));
}

}  // namespace
}  // namespace phone::system
