// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F22 and F18, and F12, F19, F23, F33, F37, from outside: the nonsecure profile registers over bare TCP and
// claims nothing, the authenticated one over TLS with integrity only, and each change of the profile is made by one
// new configuration.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

class F18_F22_SecurityProfile_Lab : public Scene {
 protected:
  nlohmann::json registration() {
    const auto now = status();
    const auto signaling = now.find("signaling");
    if (signaling == now.end() || !signaling->contains("registration")) return nlohmann::json::object();
    return (*signaling)["registration"][0];
  }
  std::string mode_in_force() { return status().value("security", nlohmann::json::object()).value("securityMode", ""); }
};

TEST_F(F18_F22_SecurityProfile_Lab, EachModeIsWhatItSaysOnTheWireAndOnTheScreen) {
  serve({"--capf-mode", "none", "--plain-configuration", "--security-mode", "nonsecure"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  auto seen =
      lab_->wait_for([](const auto& event) { return event.value("event", "") == "registered"; }, absl::Seconds(2));
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->value("tls", "?"), "") << seen->dump();
  EXPECT_TRUE(absl::StrContains(seen->value("contact", ""), "transport=tcp")) << seen->dump();
  auto facts = registration();
  EXPECT_TRUE(absl::StrContains(facts.value("server", ""), "5060")) << facts.dump(1);
  for (const char* claim : {"tlsVersion", "cipherSuite", "clientCertificate", "serverCertificate"}) {
    EXPECT_EQ(facts.value(claim, ""), "") << facts.dump(1);
  }
  EXPECT_EQ(mode_in_force(), "Non Secure");

  serve({"--capf-mode", "none", "--plain-configuration", "--security-mode", "authenticated"});
  reprovision();
  seen = lab_->wait_for([](const auto& event) { return event.value("event", "") == "registered"; }, absl::Seconds(20));
  ASSERT_TRUE(seen.ok()) << status().dump(1);
  EXPECT_TRUE(absl::StrContains(seen->value("suite", ""), "NULL")) << seen->dump();
  ASSERT_TRUE(becomes_registered(absl::Seconds(5)));
  EXPECT_TRUE(absl::StrContains(registration().value("cipherSuite", ""), "NULL")) << registration().dump(1);
  EXPECT_EQ(mode_in_force(), "Authenticated");

  serve({"--capf-mode", "none", "--plain-configuration"});
  reprovision();
  seen = lab_->wait_for([](const auto& event) { return event.value("event", "") == "registered"; }, absl::Seconds(20));
  ASSERT_TRUE(seen.ok()) << status().dump(1);
  EXPECT_FALSE(absl::StrContains(seen->value("suite", "NULL"), "NULL")) << seen->dump();
  ASSERT_TRUE(becomes_registered(absl::Seconds(5)));
  EXPECT_EQ(mode_in_force(), "Encrypted");
}

class F12_F19_F33_F37_SecuritySetup_Lab : public Scene {
 protected:
  nlohmann::json menu() { return status().value("security", nlohmann::json::object()); }
  std::string sha1_on_flash(const char* list) {
    auto sum = rig::run({.argv = {"sha1sum", (stage_->state("trust_store") / list).string()}});
    return sum.ok() ? sum->output.substr(0, 40) : sum.status().ToString();
  }
};

// A phone that has only its MIC: the Security Setup menu shows what is in force, at each step.
TEST_F(F12_F19_F33_F37_SecuritySetup_Lab, TheMenuFollowsWhatIsInForce) {
  serve({"--no-ctl", "--capf-mode", "none", "--plain-configuration"});
  ASSERT_TRUE(phone_->power_on().ok());
  EXPECT_TRUE(status_becomes([](const auto& now) { return absl::StrContains(now.dump(), "no CTL is installed"); },
                             absl::Seconds(30)))
      << status().dump(1);
  EXPECT_FALSE(is_registered(status())) << "a secure device in a cluster that is not in mixed mode";
  EXPECT_EQ(menu().value("ctlSignature", ""), "Not installed") << menu().dump(1);
  EXPECT_EQ(menu().value("itlSignature", ""), sha1_on_flash("ITLFile.tlv")) << menu().dump(1);

  serve({"--capf-mode", "none", "--plain-configuration"});
  reprovision();
  ASSERT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  const auto seen =
      lab_->wait_for([](const auto& event) { return event.value("event", "") == "registered"; }, absl::Seconds(2));
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->value("certificate", ""), "MIC") << seen->dump();
  const auto secure = menu();
  EXPECT_EQ(secure.value("securityMode", ""), "Encrypted") << secure.dump(1);
  EXPECT_EQ(secure.value("lsc", ""), "Not installed") << secure.dump(1);
  EXPECT_EQ(secure.value("ctlSignature", ""), sha1_on_flash("CTLFile.tlv")) << secure.dump(1);
  EXPECT_TRUE(secure.value("signedFilesRequired", false)) << secure.dump(1);
  EXPECT_FALSE(secure.value("fips", false)) << secure.dump(1);
  EXPECT_NE(secure.value("/trustList/signedConfiguration"_json_pointer, "Not installed"), "Not installed");

  serve({"--capf-mode", "none", "--plain-configuration", "--set", "vendorConfig/fipsMode=1"});
  reprovision();
  EXPECT_TRUE(status_becomes(
      [](const auto& now) { return now.value("/security/fips"_json_pointer, false) && is_registered(now); },
      absl::Seconds(30)))
      << menu().dump(1);
  const auto signaling = status().value("signaling", nlohmann::json::object());
  const std::string suite = signaling.value("/registration/0/cipherSuite"_json_pointer, "");
  EXPECT_TRUE(absl::StrContains(suite, "GCM")) << signaling.dump(1);
  ASSERT_TRUE(phone_->power_off().ok());
  ASSERT_TRUE(phone_->power_on().ok());
  EXPECT_TRUE(status_becomes([](const auto& now) { return now.value("/security/fips"_json_pointer, false); },
                             absl::Seconds(20)))
      << "it outlives a restart";
  serve({"--capf-mode", "none", "--plain-configuration"});
  reprovision();
  EXPECT_TRUE(status_becomes(
      [](const auto& now) { return now.contains("security") && !now.value("/security/fips"_json_pointer, false); },
      absl::Seconds(20)))
      << menu().dump(1);
}

class F23_EncryptedConfiguration_Lab : public Scene {};

// What anybody on the way can read of it: the file as the server hands it out.
TEST_F(F23_EncryptedConfiguration_Lab, NothingOfItCanBeReadOnTheWay) {
  constexpr char kMarker[] = "do-not-show-this";
  serve({"--set", absl::StrCat("vendorConfig/sshUserId=", kMarker)});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  EXPECT_EQ(file_ending(".enc.sgn").value("state", ""), "FILE_STATE_ACCEPTED") << status().dump(1);
  const auto on_the_way = [&](const std::string& name) {
    auto got = rig::run({.argv = phone_->beside() +
                                 std::vector<std::string>{"curl", "-s", absl::StrCat("http://10.77.0.1:6970/", name)}});
    return got.ok() ? got->output : got.status().ToString();
  };
  const std::string file = on_the_way(absl::StrCat(kDevice, ".cnf.xml.enc.sgn"));
  ASSERT_GT(file.size(), 1000U);
  for (const char* word : {kMarker, "<device", "sshUserId", "vendorConfig", "</"}) {
    EXPECT_EQ(file.find(word), std::string::npos) << word;
  }
  EXPECT_EQ(on_the_way(absl::StrCat(kDevice, ".cnf.xml.sgn")).find(kMarker), std::string::npos)
      << "what is signed alone does not have it";
  EXPECT_EQ(status().dump().find(kMarker), std::string::npos);
}

}  // namespace
}  // namespace phone::system
