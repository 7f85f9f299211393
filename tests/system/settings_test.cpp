// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F46, F25, F24, F4 and F45 through the shipped processes: what a configuration says is shown element by element
// as it is in force, by who enforces it; the settings' password locks; and a configuration that loses the server is
// taken back.
#include <gmock/gmock.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/product/product.hpp"
#include "tests/system/scene/scene.hpp"
#include "tools/rig/relaxed.hpp"

namespace phone::system {
namespace {

using ::testing::HasSubstr;

class SettingsScene : public Scene {
 protected:
  // As a service says it; an empty object when it says nothing of the element.
  nlohmann::json in_force(const std::string& service, const std::string& element) {
    const auto now = status();
    for (const auto& one : now.value("/security/setting"_json_pointer, nlohmann::json::array())) {
      if (one.value("service", "") == service && one.value("element", "") == element) return one;
    }
    return nlohmann::json::object();
  }
  bool becomes(const std::string& service, const std::string& element, const std::string& state) {
    return rig::poll_until(absl::Seconds(20), [&] {
      return in_force(service, element).value("state", "") == absl::StrCat("SETTING_STATE_", state);
    });
  }
  // With what it says when it refuses.
  rig::Outcome told(const std::vector<std::string>& words) {
    auto outcome = rig::run(
        {.argv = phone_->inside() +
                 std::vector<std::string>{"sh", "-c", "exec /usr/lib/phone/phonectl \"$@\" 2>&1", "sh"} + words});
    return outcome.ok() ? *outcome : rig::Outcome{.exit_code = -1, .output = std::string(outcome.status().message())};
  }
  // With the password on its standard input.
  rig::Outcome unlock(const std::string& password) {
    auto outcome = rig::run(
        {.argv = phone_->inside() + std::vector<std::string>{"sh", "-c",
                                                             absl::StrCat("printf '%s\\n' '", password,
                                                                          "' | /usr/lib/phone/phonectl unlock 2>&1")}});
    return outcome.ok() ? *outcome : rig::Outcome{.exit_code = -1, .output = std::string(outcome.status().message())};
  }
};

class F46_SettingsInForce_Lab : public SettingsScene {};

TEST_F(F46_SettingsInForce_Lab, EachElementOfAGenuineConfigurationIsShownAsItIsInForce) {
  serve({"--genuine", "--set", "vendorConfig/garp=0", "--set", "vendorConfig/disableHandset=1", "--set",
         "commonConfig/enableCdpPcPort=1", "--set", "enterpriseConfig/bluetooth=1", "--set", "vendorConfig/gapr=1",
         "--set", "sipProfile/sipStack/timerT1=soon", "--set", "sipProfile/startMediaPort=17000", "--set",
         "vendorConfig/webAccess=0"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  EXPECT_TRUE(becomes("network_access", "vendorConfig/garp", "ON")) << status().dump(1);
  EXPECT_TRUE(becomes("media", "vendorConfig/disableHandset", "ON")) << status().dump(1);
  EXPECT_TRUE(becomes("media", "vendorConfig/disableSpeaker", "OFF"));
  EXPECT_EQ(in_force("media", "sipProfile/startMediaPort").value("value", ""), "17000");
  EXPECT_EQ(in_force("network_access", "vendorConfig/pcPort").value("state", ""), "SETTING_STATE_OFF");
  EXPECT_EQ(in_force("network_access", "vendorConfig/pcPort").value("note", ""), "this phone has no PC port");
  EXPECT_TRUE(becomes("policy", "vendorConfig/webAccess", "ON")) << status()["security"].dump(1);
  EXPECT_TRUE(becomes("signaling", "vendorConfig/protectedDevice", "ON"));
  EXPECT_TRUE(becomes("certificate_manager", "vendorConfig/fipsMode", "OFF"));

  const auto remarks = status().value("/provisioning/remark"_json_pointer, std::vector<std::string>());
  EXPECT_THAT(remarks, ::testing::UnorderedElementsAre(
                           "unknown element vendorConfig/gapr is ignored; did you mean vendorConfig/garp?",
                           "sipProfile/sipStack/timerT1: not a number from 100 to 4000; 500 is used"));
  const auto shown = phone_->phonectl_text({"settings"}).output;
  EXPECT_THAT(shown, ::testing::ContainsRegex("vendorConfig/garp +0 \\(device\\) +in force: on\n"));
  EXPECT_THAT(shown, ::testing::ContainsRegex("vendorConfig/bluetooth +1 \\(enterprise\\) +not supported\n"));
  EXPECT_THAT(shown,
              ::testing::ContainsRegex("vendorConfig/gapr +.* +unknown element; did you mean vendorConfig/garp\\?\n"));
  EXPECT_THAT(shown, ::testing::ContainsRegex("sipProfile/sipLines/line/callWaiting +3 \\(device, locked\\)"));
  EXPECT_THAT(phone_->phonectl_text({"security"}).output, ::testing::ContainsRegex("gratuitous ARP +on\n"));

  // Unknown is a value of its own, and comes when the enforcer is gone.
  ASSERT_EQ(phone_->systemctl({"stop", "phone-media.socket", "phone-media.service"}).exit_code, 0);
  EXPECT_TRUE(becomes("media", "vendorConfig/disableHandset", "UNKNOWN")) << status().dump(1);
  phone_->systemctl({"start", "phone-media.socket", "phone-media.service"});
  EXPECT_TRUE(becomes("media", "vendorConfig/disableHandset", "ON"));

  // The listing outlives a power cycle in which no server answers.
  stop_serving();
  ASSERT_TRUE(phone_->power_off().ok());
  ASSERT_TRUE(phone_->power_on().ok());
  EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] {
    return absl::StrContains(phone_->phonectl_text({"settings"}).output, "vendorConfig/gapr");
  }));
}

class F4_F25_F45_SettingsLock_Lab : public SettingsScene {};

TEST_F(F4_F25_F45_SettingsLock_Lab, ThePasswordAndTheConfigurationKeepSettingsFromBeingChanged) {
  serve({"--set", "commonProfile/phonePassword=48151623"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  const auto change = [&] { return told({"network", "802.1x", "off"}); };
  ASSERT_TRUE(rig::poll_until(absl::Seconds(20), [&] { return change().exit_code != 0; }));
  EXPECT_THAT(change().output, HasSubstr("the settings are locked; unlock them with the phone's password first"));
  EXPECT_THAT(told({"enrol", "--by", "null"}).output, HasSubstr("the settings are locked"));
  EXPECT_THAT(told({"trust", "allow-older", "ITL", "--reason", "test"}).output,
              HasSubstr("locks this phone's settings"));
  EXPECT_THAT(told({"reset"}).output, HasSubstr("the settings are locked"));

  for (const char* password : {"00000000", "48151624", "11112222"}) EXPECT_NE(unlock(password).exit_code, 0);
  const rig::Outcome early = unlock("48151623");
  EXPECT_NE(early.exit_code, 0);
  EXPECT_THAT(early.output, HasSubstr("after 3 wrong passwords"));
  ASSERT_EQ(phone_->systemctl({"restart", "phone-policy.service"}).exit_code, 0);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] {
    return absl::StrContains(unlock("48151623").output, "after 3 wrong passwords");
  })) << "a restart is no way around the wait";
  EXPECT_NE(change().exit_code, 0) << "nor around the lock";
  ASSERT_TRUE(rig::poll_until(absl::Seconds(60), [&] { return unlock("48151623").exit_code == 0; }))
      << unlock("48151623").output;
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return change().exit_code == 0; })) << change().output;
  EXPECT_EQ(phone_->phonectl_text({"lock"}).exit_code, 0);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return change().exit_code != 0; }));

  // The password itself is on no flash.
  for (const auto& [name, content] : flash("policy")) EXPECT_FALSE(absl::StrContains(content, "48151623")) << name;

  serve({"--set", "commonProfile/phonePassword=48151623", "--set", "vendorConfig/settingsAccess=2"});
  reprovision();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] {
    return absl::StrContains(change().output, "settingsAccess 2");
  })) << change().output;
  EXPECT_THAT(unlock("48151623").output, HasSubstr("settingsAccess 2"));
  serve({"--set", "vendorConfig/settingsAccess=0"});
  reprovision();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] {
    return absl::StrContains(change().output, "settingsAccess 0");
  })) << change().output;
}

class F46_Trial_Lab : public SettingsScene {};

TEST_F(F46_Trial_Lab, AConfigurationThatLosesTheServerIsTakenBackAndAResetForgetsIt) {
  if (rig::kRelaxed) GTEST_SKIP() << "not under a sanitizer";
  ASSERT_TRUE(stage_->set_options("policy", "--trial-seconds 20").ok());
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  serve({"--set", "ipAddressMode=1", "--set", "vendorConfig/disableSpeaker=1", "--version-stamp", "six-alone"});
  ASSERT_TRUE(becomes_registered(absl::Seconds(60)));
  reprovision();
  const auto trial = [&] { return status().value("/provisioning/trial"_json_pointer, std::string()); };
  ASSERT_TRUE(rig::poll_until(absl::Seconds(20), [&] {
    return absl::StrContains(trial(), "six-alone is on trial, since it changes address mode");
  })) << status().dump(1);
  ASSERT_TRUE(rig::poll_until(absl::Seconds(20), [&] {
    return status().value("/network/address"_json_pointer, nlohmann::json::array()).empty();
  })) << "the network is lost";
  ASSERT_TRUE(rig::poll_until(absl::Seconds(60), [&] {
    return absl::StrContains(trial(), "six-alone was taken back");
  })) << status().dump(1);
  EXPECT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  EXPECT_TRUE(becomes("media", "vendorConfig/disableSpeaker", "ON")) << "only the way to the server is taken back";
  EXPECT_THAT(phone_->phonectl_text({"events", "--for", "1"}).output,
              HasSubstr("what it has stricter stays: speaker lock"));
  // Asked again, the same file is not taken.
  reprovision();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] {
    return absl::StrContains(file_ending(".enc.sgn").value("reason", ""), "it is tried again when the file changes");
  })) << status().dump(1);
  EXPECT_TRUE(becomes_registered(absl::Seconds(10)));
  // Over a power cycle neither.
  ASSERT_TRUE(phone_->power_off().ok());
  ASSERT_TRUE(phone_->power_on().ok());
  EXPECT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  EXPECT_THAT(trial(), HasSubstr("six-alone was taken back"));
  // A file that differs is.
  serve({"--set", "ipAddressMode=0", "--version-stamp", "four-alone"});
  reprovision();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(60), [&] {
    return in_force("network_access", "ipAddressMode").value("value", "") == "IPv4" && trial().empty();
  })) << status().dump(1);
  EXPECT_TRUE(becomes_registered(absl::Seconds(60)));

  serve({"--set", "vendorConfig/garp=0"});
  reprovision();
  EXPECT_TRUE(becomes("network_access", "vendorConfig/garp", "ON"));
  stop_serving();
  EXPECT_EQ(phone_->phonectl_text({"reset"}).exit_code, 0);
  EXPECT_TRUE(becomes("network_access", "vendorConfig/garp", "OFF")) << status().dump(1);
  EXPECT_EQ(status().value("/provisioning/stage"_json_pointer, ""), "STAGE_DEFAULT");
  serve();
  EXPECT_TRUE(becomes_registered(absl::Seconds(150))) << status().dump(1);
}

class F97_WantedLoad_Lab : public SettingsScene {};

TEST_F(F97_WantedLoad_Lab, IsShownBesideTheOneThatRunsWithWhyItIsNotInstalled) {
  serve({"--set", "loadInformation=sip88xx.14-2-1-0001"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  const auto load = [&] { return in_force("policy", "loadInformation"); };
  constexpr char kWhy[] = "the configuration wants sip88xx.14-2-1-0001, which is not installed: this phone takes no ";
  EXPECT_EQ(load().value("value", ""), product::load());
  EXPECT_THAT(load().value("note", ""), HasSubstr(kWhy));
  EXPECT_THAT(phone_->phonectl_text({"settings"}).output,
              ::testing::ContainsRegex(absl::StrCat(
                  "loadInformation +sip88xx.14-2-1-0001 \\(device\\) +in force: ", product::load(), ": ", kWhy)));
  EXPECT_THAT(phone_->phonectl_text({"events", "--for", "1"}).output,
              HasSubstr(absl::StrCat(product::load(), " runs; ", kWhy)));
  // The one that runs is wanted, and after it none.
  for (const std::string& wanted : {product::load(), std::string()}) {
    serve({"--set", absl::StrCat("loadInformation=", wanted)});
    reprovision();
    EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] {
      const auto now = load();
      return now.contains("value") && !now.contains("note");
    })) << load().dump(1);
    EXPECT_EQ(load().value("value", ""), product::load());
  }
}

class F12_WithoutCtl_Lab : public SettingsScene {};

TEST_F(F12_WithoutCtl_Lab, AnItlIsEnoughWhereTheConfigurationSaysSoAndTheStatusSaysWhatIsLost) {
  serve({"--no-ctl"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(rig::poll_until(absl::Seconds(60), [&] {
    return absl::StrContains(status().value("/provisioning/lastFailure"_json_pointer, ""), "no CTL is installed");
  })) << status().dump(1);
  serve({"--no-ctl", "--set", "vendorConfig/secureModeWithoutCtl=1"});
  reprovision();
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  EXPECT_EQ(status().value("/security/securityMode"_json_pointer, ""), "Encrypted");
  EXPECT_THAT(phone_->phonectl_text({"status"}).output, HasSubstr("known by the ITL and TVS alone"));
  EXPECT_THAT(phone_->phonectl_text({"security"}).output, ::testing::ContainsRegex("secure mode without a CTL +on\n"));
}

class F9_UnknownPhone_Lab : public SettingsScene {};

TEST_F(F9_UnknownPhone_Lab, RegistersByTheDefaultFileUntilItHasItsOwnAndNeverAgain) {
  const std::vector<std::string> plain = {"--capf-mode", "none", "--plain-configuration", "--security-mode",
                                          "nonsecure"};
  const std::vector<std::string> unknown =
      plain + std::vector<std::string>{
                  "--auto-registration", "1001", "--fault", "sgn=gone", "--fault", "cnf=gone", "--fault", "enc=gone"};
  serve(unknown);
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  EXPECT_THAT(phone_->phonectl_text({"status"}).output, HasSubstr("the call manager does not know this phone"));
  serve(plain + std::vector<std::string>{"--set", "vendorConfig/garp=0"});
  reprovision();
  EXPECT_TRUE(becomes("network_access", "vendorConfig/garp", "ON")) << status().dump(1);
  serve(unknown);
  reprovision();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] {
    return status().value("/provisioning/lastFailure"_json_pointer, "") ==
           "the server has no configuration for this phone";
  })) << status().dump(1);
  EXPECT_TRUE(becomes("network_access", "vendorConfig/garp", "ON")) << "its own stays";
}

}  // namespace
}  // namespace phone::system
