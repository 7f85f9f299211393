// Proves F22 and F18 from outside: the nonsecure profile registers over bare TCP and claims nothing, the authenticated
// one over TLS with integrity alone, and each change of the profile is made by one new configuration.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene.hpp"

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

}  // namespace
}  // namespace phone::system
