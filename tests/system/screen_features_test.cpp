// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves what the screen (F96) offers besides plain calls, in a real Chromium on a live phone whose call manager
// answers calls itself: codes before a call (F78), a conference and its roster (F52), precedence at dialling (F77), the
// settings lock (F4), forward and park (F94), firmware.
#include "absl/strings/str_join.h"
#include "tests/system/scene/hosted_scene.hpp"
#include "tools/rig/browser.hpp"
#include "tools/rig/units.hpp"

namespace phone::system {
namespace {

class ScreenFeatures : public HostedScene {
 protected:
  void SetUp() override {
    if (const std::string why = rig::no_browser(); !why.empty()) GTEST_SKIP() << why;
    HostedScene::SetUp();
  }
  void TearDown() override {
    if (browser_ && HasFailure()) (void)browser_->picture((stage_->root() / "log" / "screen.png").string());
    browser_.reset();
    HostedScene::TearDown();
  }
  void sit_down(const std::vector<std::string>& lab) {
    begin(lab);
    if (HasFatalFailure()) return;
    EXPECT_EQ(phone_->systemctl({"start", "phone-web.service"}).exit_code, 0);
    const auto web = rig::process_of(*phone_, "web");
    ASSERT_TRUE(web.has_value());
    auto browser = rig::Browser::open({"nsenter", "-t", absl::StrCat(*web), "-n"}, "http://127.0.0.1/",
                                      stage_->log("browser.log"));
    ASSERT_TRUE(browser.ok()) << browser.status();
    browser_ = *std::move(browser);
  }
  static testing::AssertionResult ok(const absl::Status& status) {
    return status.ok() ? testing::AssertionSuccess() : testing::AssertionFailure() << status.message();
  }
  testing::AssertionResult sees(const std::string& words) { return ok(browser_->shows(words, kPatience)); }
  testing::AssertionResult press(const std::string& name) { return ok(browser_->press(name)); }
  void dial(const std::string& number) {
    ASSERT_TRUE(ok(browser_->go("dial")));
    ASSERT_TRUE(ok(browser_->type("Number", number)));
    ASSERT_TRUE(press("Call"));
  }
  void look(const std::string& name) {
    EXPECT_TRUE(browser_->picture(rig::picture_file(name)).ok());
    EXPECT_EQ(absl::StrJoin(browser_->faults(), "\n"), "") << name;
  }

  std::unique_ptr<rig::Browser> browser_;
};

class F78_F96_ScreenCodes_Lab : public ScreenFeatures {};
class F52_F96_ScreenConference_Lab : public ScreenFeatures {};
class F77_F96_ScreenPrecedence_Lab : public ScreenFeatures {};
class F4_F96_ScreenLock_Lab : public ScreenFeatures {};
class F94_F96_ScreenKeys_Lab : public ScreenFeatures {};

TEST_F(F78_F96_ScreenCodes_Lab, AsksForEachCodeAndShowsNoDigitOfIt) {
  constexpr char kAuthorization[] = "73190246", kMatter[] = "85520917";
  sit_down({"--unprotected", "--set", "sipProfile/kpml=3", "--authorization-code", kAuthorization,
            "--client-matter-code", kMatter});
  if (HasFatalFailure()) return;
  dial("6001");
  ASSERT_TRUE(sees("Authorization code"));
  for (const char* code : {kAuthorization, kMatter}) {
    for (const char digit : std::string(code)) ASSERT_TRUE(press(std::string(1, digit)));
    EXPECT_TRUE(sees("••••••••"));
    EXPECT_TRUE(ok(browser_->lacks(code)));
    look(code == kAuthorization ? "code" : "code-second");
    ASSERT_TRUE(press("Done (#)"));
    if (code == kAuthorization) {
      EXPECT_TRUE(sees("Client matter code"));
    }
  }
  EXPECT_TRUE(sees("Connected"));
  EXPECT_TRUE(ok(browser_->lacks("Client matter code")));
}

TEST_F(F52_F96_ScreenConference_Lab, JoinsTwoCallsListsWhoIsInItMutesAndDrops) {
  sit_down({"--unprotected"});
  if (HasFatalFailure()) return;
  dial("6001");
  ASSERT_TRUE(sees("Connected"));
  ASSERT_TRUE(press("New call"));
  dial("6003");
  ASSERT_TRUE(sees("Connect both"));
  ASSERT_TRUE(press("Conference"));
  EXPECT_TRUE(sees("Participants"));
  look("conference");
  ASSERT_TRUE(press("Participants"));
  ASSERT_TRUE(sees("Mute: Party 6003"));
  ASSERT_TRUE(press("Mute: Party 6003"));
  EXPECT_TRUE(sees("Unmute: Party 6003"));
  look("participants");
  ASSERT_TRUE(press("Drop: Party 6003"));
  EXPECT_TRUE(ok(browser_->lacks("Party 6003", kPatience)));
  const size_t before = events();
  ASSERT_TRUE(press("Drop the last one"));
  event("softkey", before, "key", "RmLastConf");
}

TEST_F(F77_F96_ScreenPrecedence_Lab, IsChosenAtDiallingWhereTheConfigurationHasIt) {
  sit_down({"--unprotected", "--set", "devicePool/mlppDomainId=000000", "--set", "mlppIndicationStatus=On"});
  if (HasFatalFailure()) return;
  ASSERT_TRUE(ok(browser_->go("dial")));
  ASSERT_TRUE(sees("Flash override"));
  ASSERT_TRUE(press("Flash"));
  look("precedence");
  ASSERT_TRUE(ok(browser_->type("Number", "6001")));
  ASSERT_TRUE(press("Call"));
  EXPECT_TRUE(calls_become([](const std::vector<json>& all) {
    return all.size() == 1 && all[0].value("precedence", "") == "PRECEDENCE_FLASH";
  })) << status().dump(1);
  EXPECT_TRUE(sees("Flash"));
}

TEST_F(F4_F96_ScreenLock_Lab, OpensWithThePasswordSaysWhyNotAndLocksAgain) {
  sit_down({"--unprotected", "--set", "commonProfile/phonePassword=48151623", "--set",
            "sipProfile/sipLines/line/callWaiting=3"});
  if (HasFatalFailure()) return;
  ASSERT_TRUE(ok(browser_->go("lock")));
  ASSERT_TRUE(sees("locked: they open with the phone's password"));
  EXPECT_TRUE(sees("sipProfile/sipLines/line/callWaiting"));
  ASSERT_TRUE(ok(browser_->type("Phone password", "00000000")));
  ASSERT_TRUE(press("Unlock"));
  EXPECT_TRUE(sees("wrong password"));
  look("settings-lock");
  ASSERT_TRUE(ok(browser_->type("Phone password", "48151623")));
  ASSERT_TRUE(press("Unlock"));
  EXPECT_TRUE(ok(browser_->lacks("locked: they open", kPatience)));
  EXPECT_EQ(browser_->count("#password"), 0);
  EXPECT_EQ(status().value("/provisioning/settingsLock"_json_pointer, ""), "SETTINGS_LOCK_OPEN");
  ASSERT_TRUE(press("Lock"));
  EXPECT_TRUE(sees("locked: they open with the phone's password"));
}

TEST_F(F94_F96_ScreenKeys_Lab, ForwardsAllCallsParksOneAndNamesTheFirmware) {
  sit_down({"--unprotected"});
  if (HasFatalFailure()) return;
  ASSERT_TRUE(ok(browser_->go("home")));
  ASSERT_TRUE(press("Forward all calls"));
  ASSERT_TRUE(sees("Forward all calls to"));
  ASSERT_TRUE(ok(browser_->type("Number", "1005")));
  size_t before = events();
  ASSERT_TRUE(press("Forward"));
  EXPECT_EQ(event("forward-all", before).value("target", ""), "1005");
  EXPECT_TRUE(sees("All calls go to 1005"));
  look("forwarded");
  before = events();
  ASSERT_TRUE(press("Stop forwarding"));
  EXPECT_EQ(event("forward-all", before).value("target", "x"), "");
  EXPECT_TRUE(ok(browser_->lacks("All calls go to", kPatience)));

  dial("6001");
  ASSERT_TRUE(sees("Connected"));
  ASSERT_TRUE(press("Park"));
  ASSERT_TRUE(rig::poll_until(kPatience, [&] { return signaling().contains("parkedCall"); })) << signaling().dump(1);
  ASSERT_TRUE(ok(browser_->go("home")));
  EXPECT_TRUE(sees("Parked at 71"));
  look("parked");
  ASSERT_TRUE(ok(browser_->go("firmware")));
  EXPECT_TRUE(sees("signaling"));
  EXPECT_TRUE(sees("0.1.0"));
  look("firmware");
}

}  // namespace
}  // namespace phone::system
