// Proves the part of F81 and F26 that is about wpa_supplicant and lldpd, which are nobody of us: killed in the middle of a
// secure call behind an 802.1X switch port each comes back by itself, the phone authenticates again, and call and sound
// go on; one that cannot be kept up ends as deploy/escalation says and is tried again.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "tests/system/scene.hpp"
#include "tools/rig/secure_call.hpp"
#include "tools/rig/switch_port.hpp"

namespace phone::system {
namespace {

using nlohmann::json;
using rig::SecureCall;
using rig::Wire;

constexpr char kPhoneAddress[] = "0a:1b:2c:3d:4e:5f";  // namespace.sh

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(F26_F81_SupplicantDies_Peer, TheCallGoesOnAndThePhoneAuthenticatesAgain) {
  auto made = SecureCall::make();
  if (absl::IsUnavailable(made.status())) GTEST_SKIP() << made.status().message();
  ASSERT_TRUE(made.ok()) << made.status();
  SecureCall& call = **made;
  rig::Phone& phone = call.phone();
  rig::SwitchPort port(call.stage(), phone);
  ASSERT_TRUE(port.make_certificates(SecureCall::kDevice).ok());
  std::ofstream(port.file("clients.pem")) << text_of(port.file("authority.pem"))
                                          << text_of(call.stage().lab() / "manufacturing.pem");
  ASSERT_TRUE(port.start({.clients = "clients", .users = {absl::StrCat("\"DP-9861-", SecureCall::kDevice, "\" TLS")}})
                  .ok());
  ASSERT_EQ(phone.phonectl_text({"network", "802.1x", "tls", "--certificate", "mic", "--authority",
                                 port.file("authority.pem").string(), "--server", "radius.lab.test"})
                .exit_code,
            0);
  const auto authenticated = [&] {
    const json now = call.status();
    return now.contains("network") && now["network"].contains("wiredAccess") &&
           now["network"]["wiredAccess"].value("state", "") == "ACCESS_STATE_AUTHENTICATED";
  };
  ASSERT_TRUE(rig::poll_until(absl::Seconds(20), authenticated)) << call.status().dump(1) << port.log();

  for (const char* victim : {"supplicant", "lldp"}) {
    SCOPED_TRACE(victim);
    const absl::Time began = absl::Now();
    const std::string before = phone.property(victim, "MainPID");
    ASSERT_TRUE(phone.kill(victim, "SIGKILL").ok());
    EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] {
      const std::string now = phone.property(victim, "MainPID");
      return now != before && now != "0";
    }));
    if (std::string(victim) == "supplicant") {
      // It asks the switch again: the second session of this port.
      EXPECT_TRUE(rig::poll_until(absl::Seconds(15), [&] {
        const std::string log = port.log();
        const auto first = log.find("CTRL-EVENT-EAP-SUCCESS");
        return first != std::string::npos && log.find("CTRL-EVENT-EAP-SUCCESS", first + 1) != std::string::npos;
      })) << port.log();
    }
    EXPECT_TRUE(rig::poll_until(absl::Seconds(15), authenticated)) << call.status().dump(1);
    EXPECT_TRUE(port.authorized(kPhoneAddress));
    EXPECT_TRUE(call.is_well(absl::Seconds(5)).ok()) << SecureCall::wrong_with(call.status());
    EXPECT_EQ(call.wire().missing(Wire::From::kPhone, began), 0U) << "packets of the phone that never came";
    EXPECT_LT(call.wire().largest_gap(Wire::From::kPhone, began), absl::Milliseconds(400));
  }
}

class F81_SupplicantEscalation_Lab : public Scene {};

// The row of deploy/escalation, with a shorter pause: it is stopped after 40 starts, said so, and tried again.
TEST_F(F81_SupplicantEscalation_Lab, OneThatCannotBeKeptUpIsLeftAndTriedAgainAndThePhoneStaysRegistered) {
  ASSERT_TRUE(stage_->put("etc/escalation", "supplicant - 2 no 802.1X\n").ok());
  std::filesystem::create_directories(stage_->root() / "units/phone-supplicant.service.d");
  // Instead of wpa_supplicant, something that ends at once while the file is there.
  ASSERT_TRUE(stage_
                  ->put("units/phone-supplicant.service.d/20-spoilt.conf",
                        "[Service]\nExecStart=\nExecStart=/bin/sh -c 'if [ -e /etc/phone/spoilt ]; then exit 70; fi; "
                        "exec /sbin/wpa_supplicant -g /run/phone-supplicant/global -G phone-eap'\n")
                  .ok());
  ASSERT_TRUE(stage_->put("etc/spoilt", "").ok());
  (void)rig::run({.argv = phone_->inside() + std::vector<std::string>{"sh", "-c", absl::StrCat(
      "cp -r ", (stage_->root() / "units/phone-supplicant.service.d").string(), " /run/systemd/system/")}});
  phone_->systemctl({"daemon-reload"});
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  EXPECT_TRUE(rig::poll_until(absl::Seconds(60), [&] { return phone_->property("supplicant", "ActiveState") == "failed"; }))
      << phone_->property("supplicant", "ActiveState");
  EXPECT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  std::error_code error;
  std::filesystem::remove(stage_->etc() / "spoilt", error);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] { return phone_->property("supplicant", "ActiveState") == "active"; }));
  EXPECT_TRUE(is_registered(status()));
}

}  // namespace
}  // namespace phone::system
