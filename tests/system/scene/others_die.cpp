// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/system/scene/others_die.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
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

}  // namespace

void others_die(SecureCall& call) {
  rig::Phone& phone = call.phone();
  rig::SwitchPort port(call.stage(), phone);
  ASSERT_TRUE(port.make_certificates(SecureCall::kDevice).ok());
  std::ofstream(port.file("clients.pem"))
      << text_of(port.file("authority.pem")) << text_of(call.stage().lab() / "manufacturing.pem");
  ASSERT_TRUE(
      port.start({.clients = "clients", .users = {absl::StrCat("\"DP-9861-", SecureCall::kDevice, "\" TLS")}}).ok());
  ASSERT_EQ(phone
                .phonectl_text({"network", "802.1x", "tls", "--certificate", "mic", "--authority",
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
    const absl::Duration gap = call.wire().largest_gap(Wire::From::kPhone, began);
    EXPECT_LT(gap, absl::Milliseconds(400));  // nothing of ours had to wait for it
    std::cout << absl::StrFormat("  %-20s %-18s %7.0f ms, gap %.0f ms\n", victim, "kill -9",
                                 absl::ToDoubleMilliseconds(absl::Now() - began), absl::ToDoubleMilliseconds(gap));
  }
}

}  // namespace phone::system
