// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F2 against rsyslog: audit events of several services arrive by syslog over TCP, in the order of the phone's
// own audit log, and none is missing after the collector was away.
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

class F2_RemoteAudit_Peer : public Scene {
 protected:
  void start_collector() {
    const std::string root = (stage_->root() / "rsyslog").string();
    std::filesystem::create_directories(root);
    std::ofstream(root + "/conf")
        << "global(workDirectory=\"" << root << "\")\n"
        << "module(load=\"imtcp\")\ninput(type=\"imtcp\" address=\"10.77.0.1\" port=\"1514\")\n"
        << "template(name=\"line\" type=\"string\" "
           "string=\"%hostname%|%app-name%|%msgid%|%pri%|%timereported:::date-rfc3339%|%msg%\\n\")\n"
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

  rig::Process collector_;
};

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

  const auto try_password = [&](const char* password) {
    (void)rig::run(
        {.argv = phone_->inside() +
                 std::vector<std::string>{
                     "sh", "-c", absl::StrCat("printf '%s\\n' '", password, "' | /usr/lib/phone/phonectl unlock")}});
  };
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

  // As the phone's own log has them up to now: each arrives, and in that order.
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
  EXPECT_THAT(phone_->phonectl_text({"status"}).output, HasSubstr("10.77.0.1:1514, TCP"));
}

}  // namespace
}  // namespace phone::system
