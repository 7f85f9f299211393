// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F95 with the shipped units: the configuration's time servers reach the system's own time service, the Date of
// a registration over TLS sets a clock that no server sets, and the phone says by what it knows the time. No test sets
// the clock of the machine: the unit that would writes down what it was told (tools/rig), and the time service runs
// where it may not.
#include <gmock/gmock.h>

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class F95_TimeService_Peer : public Scene {
 protected:
  rig::Outcome inside(const std::string& command) {
    auto outcome = rig::run({.argv = phone_->inside() + std::vector<std::string>{"sh", "-c", command}});
    return outcome.ok() ? *outcome : rig::Outcome{.exit_code = -1, .output = std::string(outcome.status().message())};
  }
  json time() { return status().value("/network/time"_json_pointer, json::object()); }
  bool becomes(const std::function<bool(const json&)>& wanted, absl::Duration patience = absl::Seconds(60)) {
    return rig::poll_until(patience, [&] { return wanted(time()); });
  }
  // Of network_access, from its next start on.
  void set_clock(const std::string& seconds) {
    std::filesystem::copy_file(PHONE_CLOCK_SHIM, stage_->bin() / "clock_shim.so",
                               std::filesystem::copy_options::overwrite_existing);
    const rig::Outcome written =
        inside(absl::StrCat("d=/run/systemd/system/phone-network-access.service.d; mkdir -p $d; printf '[Service]\\n"
                            "Environment=LD_PRELOAD=/usr/lib/phone/clock_shim.so CLOCK_AT=",
                            seconds, "\\n' >$d/30-clock.conf; systemctl daemon-reload"));
    ASSERT_EQ(written.exit_code, 0) << written.output;
  }
};

TEST_F(F95_TimeService_Peer, TimeServersReachTheTimeServiceAndTheTemplateTheUser) {
  // A stand-in notes when the time service is started again.
  ASSERT_EQ(
      inside("printf '[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/bin/sh -c \"echo started >>"
             "/run/timesyncd-starts\"\\n' >/run/systemd/system/systemd-timesyncd.service; systemctl daemon-reload; "
             "systemctl start systemd-timesyncd.service")
          .exit_code,
      0);
  serve({"--set", "devicePool/dateTimeSetting/ntps/ntp/name=10.77.0.9", "--set",
         "devicePool/dateTimeSetting/olsonTimeZone=Asia/Tokyo", "--set",
         "devicePool/dateTimeSetting/dateTemplate=D.M.YYA"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  ASSERT_TRUE(becomes([](const json& now) { return now.value("serverSource", "") == "configuration"; }))
      << time().dump(1);
  EXPECT_EQ(time().value("server", json::array()), json::array({"10.77.0.9"}));
  EXPECT_EQ(time().value("timeZone", ""), "Asia/Tokyo");
  EXPECT_THAT(time().value("text", ""), HasSubstr("no time server has answered yet"));
  EXPECT_TRUE(rig::poll_until(absl::Seconds(20), [&] { return inside("wc -l </run/timesyncd-starts").output >= "2"; }))
      << "it was started again";

  // The real one reads what the phone has written, and asks. In a user namespace it may not set a clock.
  const std::string settings = inside("cat /run/systemd/timesyncd.conf.d/50-phone.conf").output;
  EXPECT_THAT(settings, HasSubstr("[Time]\nNTP=10.77.0.9\n"));
  const auto file = stage_->root() / "timesyncd.conf";
  std::ofstream(file) << settings;
  const auto said =
      rig::run({.argv = {PHONE_SOURCE_DIR "/tests/peers/timesyncd.sh", file.string()}}, absl::Seconds(60));
  ASSERT_TRUE(said.ok()) << said.status();
  EXPECT_THAT(said->output, HasSubstr("Selected server 10.77.0.9."));

  // Times are written as the template says, in the zone of the configuration.
  const std::string shown = phone_->phonectl_text({"network"}).output;
  EXPECT_THAT(shown,
              ::testing::ContainsRegex("local time +[0-3][0-9]\\.[01][0-9]\\.20[0-9][0-9] [0-9]+:[0-9]+:[0-9]+ [AP]M"));
  EXPECT_THAT(shown, HasSubstr("10.77.0.9 (configuration)"));

  // By NTP, once the time service says that it has set the clock.
  ASSERT_EQ(inside("mkdir -p /run/systemd/timesync; touch /run/systemd/timesync/synchronized").exit_code, 0);
  EXPECT_TRUE(becomes([](const json& now) {
    return now.value("synchronized", false) && now.value("text", "") == "by NTP";
  })) << time().dump(1);
}

TEST_F(F95_TimeService_Peer, WithoutATimeServerTheCallManagersDateSetsTheClock) {
  ASSERT_NO_FATAL_FAILURE(set_clock("1000"));
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  // The clock of network_access says 1970: what holds before there is a time is told.
  EXPECT_TRUE(becomes([](const json& now) { return now.contains("callManagerDate"); })) << time().dump(1);
  EXPECT_FALSE(time().value("known", false));
  EXPECT_THAT(time().value("text", ""), HasSubstr("not known: the clock is before"));
  EXPECT_NE(time().value("floorSource", ""), "the call manager's Date") << "a Date is not signed";
  EXPECT_EQ(time().value("setBy", ""), "10.77.0.1");
  std::string set;
  ASSERT_TRUE(rig::poll_until(absl::Seconds(20), [&] {
    const rig::Outcome read = inside("cat /run/phone-time-was-set");
    set = read.output;
    return read.exit_code == 0;
  })) << "the unit that sets the clock was not started";
  std::int64_t seconds = 0;
  ASSERT_TRUE(absl::SimpleAtoi(set, &seconds)) << set;
  EXPECT_NEAR(static_cast<double>(seconds), static_cast<double>(absl::ToUnixSeconds(absl::Now())), 300);
  EXPECT_THAT(phone_->phonectl_text({"events", "--for", "1"}).output,
              HasSubstr("No time server sets the clock, so 10.77.0.1 does"));
}

}  // namespace
}  // namespace phone::system
