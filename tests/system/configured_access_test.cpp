// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F45 and F70 with the shipped units against hostapd as the switch: 802.1X that the configuration switches on
// needs no hand on the phone, with authorities of the configuration and of the trust lists; what is shown as in force
// is what network_access uses; what cannot be used is told by its name.
#include <gmock/gmock.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/system/scene/scene.hpp"
#include "tools/rig/switch_port.hpp"

namespace phone::system {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kAddress[] = "0a:1b:2c:3d:4e:5f";
constexpr char kIdentity[] = "DP-9861-SEP0A1B2C3D4E5F";

class F45_ConfiguredAccess_Peer : public Scene {
 protected:
  void SetUp() override {
    Scene::SetUp();
    if (!phone_) return;
    port_.emplace(*stage_, *phone_);
    ASSERT_TRUE(port_->make_certificates(kDevice).ok());
  }
  void TearDown() override {
    if (HasFailure() && port_) std::cerr << port_->log() << access().dump(1);
    if (port_) port_->stop();
    Scene::TearDown();
  }
  // A switch whose RADIUS server shows `server` and knows the phone's certificates by their lab's authorities.
  void start_switch(const std::string& server) {
    const auto clients = stage_->root() / "switch" / "clients.pem";
    std::ofstream(clients) << content(stage_->lab() / "manufacturing.crt") << content(stage_->lab() / "capf.crt");
    ASSERT_TRUE(
        port_->start({.server = server, .clients = "clients", .users = {absl::StrCat("\"", kIdentity, "\" TLS")}}).ok())
        << port_->log();
  }
  static std::string content(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // The element with the certificate: the text between the lines of PEM.
  std::string authority(const std::string& name) const {
    std::string text;
    for (const absl::string_view line : absl::StrSplit(content(port_->file(name + ".pem")), '\n')) {
      if (!absl::StartsWith(line, "-----")) absl::StrAppend(&text, line);
    }
    return "vendorConfig/eapAuthority=" + text;
  }
  json access() { return status().value("/network/wiredAccess"_json_pointer, json::object()); }
  bool becomes(const std::string& state, const std::string& cause = "", absl::Duration patience = absl::Seconds(60)) {
    return rig::poll_until(patience, [&] {
      const json now = access();
      return now.value("state", "") == "ACCESS_STATE_" + state &&
             (cause.empty() || now.value("cause", "") == "ACCESS_CAUSE_" + cause);
    });
  }
  json in_force(const std::string& element) {
    for (const auto& one : status().value("/security/setting"_json_pointer, json::array())) {
      if (one.value("service", "") == "network_access" && one.value("element", "") == element) return one;
    }
    return json::object();
  }
  // A certificate for radius.lab.test by the lab's CAPF, which is on the ITL.
  void issue_by_capf() {
    const auto file = [&](const char* name) { return port_->file(name).string(); };
    const auto made = rig::run(
        {.argv = {"openssl", "x509", "-req", "-in", file("server.csr"), "-CA", (stage_->lab() / "capf.pem").string(),
                  "-CAkey", (stage_->lab() / "capf.pem").string(), "-set_serial", "77", "-days", "30", "-extfile",
                  file("server.ext"), "-out", file("by-capf.pem")}});
    ASSERT_TRUE(made.ok() && made->exit_code == 0) << (made.ok() ? made->output : "");
    std::filesystem::copy_file(port_->file("server.key"), port_->file("by-capf.key"));
  }

  std::optional<rig::SwitchPort> port_;
};

TEST_F(F45_ConfiguredAccess_Peer, Mode2AuthenticatesByTheConfigurationsAuthorityAndMode1EndsIt) {
  ASSERT_NO_FATAL_FAILURE(start_switch("server"));
  serve({"--set", "vendorConfig/eapAuthentication=2", "--set", "vendorConfig/eapServer=radius.lab.test", "--set",
         "vendorConfig/eapCertificate=mic", "--set", authority("authority")});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes("AUTHENTICATED"));
  const json now = access();
  EXPECT_EQ(now.value("profileSource", ""), "the configuration");
  EXPECT_THAT(now.value("authority", json::array()).dump(),
              AllOf(HasSubstr("CN=authority"), HasSubstr("(the configuration)")))
      << now.dump(1);
  EXPECT_THAT(now.value("serverName", json::array()).dump(), HasSubstr("radius.lab.test"));
  EXPECT_THAT(now.value("ownCertificate", ""), HasSubstr("MIC, issued by"));
  EXPECT_THAT(port_->station(kAddress), HasSubstr(absl::StrCat("dot1xAuthSessionUserName=", kIdentity)));
  EXPECT_EQ(in_force("vendorConfig/eapAuthentication").value("state", ""), "SETTING_STATE_ON");
  EXPECT_EQ(in_force("vendorConfig/eapAuthentication").value("note", ""), "as the configuration has it");
  EXPECT_EQ(in_force("vendorConfig/eapServer").value("value", ""), "radius.lab.test");

  // It is kept: over a power cycle in which no server answers.
  ASSERT_TRUE(becomes_registered(absl::Seconds(60)));
  stop_serving();
  ASSERT_TRUE(phone_->power_off().ok());
  ASSERT_NO_FATAL_FAILURE(start_switch("server"));
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes("AUTHENTICATED"));
  EXPECT_EQ(access().value("profileSource", ""), "the configuration");
  EXPECT_THAT(port_->station(kAddress), HasSubstr("AUTHORIZED")) << "by the switch that began after the cycle";
  EXPECT_FALSE(is_registered(status()));

  serve({"--set", "vendorConfig/eapAuthentication=1"});
  reprovision();
  EXPECT_TRUE(becomes("DISABLED"));
  EXPECT_EQ(in_force("vendorConfig/eapAuthentication").value("state", ""), "SETTING_STATE_OFF");
  const rig::Outcome on = phone_->phonectl_text({"network", "802.1x", "tls", "--server", "radius.lab.test",
                                                 "--authority", port_->file("authority.pem").string()});
  EXPECT_THAT(on.output, HasSubstr("802.1X stays off: the configuration disables it"));
  EXPECT_TRUE(becomes("DISABLED"));
}

TEST_F(F45_ConfiguredAccess_Peer, AServerThatTheListsVouchForNeedsOnlyItsNameAndTheUserOnlySwitchesItOn) {
  ASSERT_NO_FATAL_FAILURE(issue_by_capf());
  ASSERT_NO_FATAL_FAILURE(start_switch("by-capf"));
  // User controlled: nothing happens before the user switches it on.
  serve({"--set", "vendorConfig/eapServer=radius.lab.test"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  EXPECT_EQ(access().value("state", ""), "ACCESS_STATE_DISABLED");
  const rig::Outcome on = phone_->phonectl_text({"network", "802.1x", "on"});
  EXPECT_EQ(on.exit_code, 0) << on.output;
  EXPECT_THAT(on.output, HasSubstr("802.1X is on with the configuration's profile"));
  ASSERT_TRUE(becomes("AUTHENTICATED"));
  EXPECT_THAT(access().value("authority", json::array()).dump(), HasSubstr("(the trust lists)"));
  EXPECT_THAT(access().value("serverIssuer", ""), HasSubstr("CAPF"));
  // Another name by the same authority, which has issued a certificate to every phone.
  serve({"--set", "vendorConfig/eapServer=elsewhere.lab.test", "--set", "vendorConfig/eapAuthentication=2"});
  reprovision();
  EXPECT_TRUE(becomes("HELD", "SERVER_NAME"));
}

TEST_F(F45_ConfiguredAccess_Peer, WhatCannotBeUsedIsToldByItsName) {
  ASSERT_NO_FATAL_FAILURE(start_switch("server"));
  serve({"--set", "vendorConfig/eapAuthentication=2"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes("HELD", "PROFILE_INVALID"));
  EXPECT_THAT(access().value("detail", ""), HasSubstr("the configuration has no eapServer"));
  // F70: an authority that has ended.
  serve({"--set", "vendorConfig/eapAuthentication=2", "--set", "vendorConfig/eapServer=radius.lab.test", "--set",
         authority("old-root")});
  reprovision();
  ASSERT_TRUE(becomes("HELD", "AUTHORITY_UNUSABLE"));
  EXPECT_THAT(access().value("detail", ""), AllOf(HasSubstr("CN=Old Root"), HasSubstr("ended on 2021-01-01")));
  EXPECT_FALSE(absl::StrContains(port_->log(), "EAP-Response")) << "nothing was sent before it was judged";
  // A password in the clear.
  serve({"--plain-configuration", "--set", "vendorConfig/eapAuthentication=2", "--set",
         "vendorConfig/eapServer=radius.lab.test", "--set", "vendorConfig/eapMethod=fast", "--set",
         "vendorConfig/eapPassword=in-the-clear", "--set", authority("authority")});
  reprovision();
  EXPECT_TRUE(status_becomes(
      [](const json& now) {
        return absl::StrContains(now.value("/network/wiredAccess/detail"_json_pointer, std::string()), "not encrypted");
      },
      absl::Seconds(60)))
      << status().dump(1);
  EXPECT_THAT(status().value("/provisioning/remark"_json_pointer, json::array()).dump(),
              HasSubstr("eapPassword was in a configuration that was not encrypted"));
}

}  // namespace
}  // namespace phone::system
