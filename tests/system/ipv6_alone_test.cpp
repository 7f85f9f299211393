// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A network without IPv4, from the first start to an encrypted call: address, provisioning server and DNS by dnsmasq
// (router advertisements, DHCPv6), the call manager by its name.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

using nlohmann::json;

class F74_Ipv6Alone_Peer : public Scene {
 protected:
  // The lab without any IPv4; `options` are dnsmasq's, for DHCPv6.
  void serve_six(const std::vector<std::string>& options) {
    ASSERT_TRUE(rig::Lab::give_six(*phone_).ok());
    auto lab = rig::Lab::serve(*stage_, *phone_, kDevice, {"--host", "cucm.lab", "--set", "ipAddressMode=1"}, "::");
    ASSERT_TRUE(lab.ok()) << lab.status();
    lab_ = *std::move(lab);
    std::vector<std::string> all{"--port=53",        "--no-resolv",
                                 "--enable-ra",      "--ra-param=lab0,4",
                                 "--domain=six.lab", "--host-record=cucm.lab,fd77::1",
                                 "--no-hosts",       "--dhcp-option=option6:dns-server,[fd77::1]"};
    all.insert(all.end(), options.begin(), options.end());
    ASSERT_TRUE(lab_->give_addresses(*stage_, *phone_, "10.77.0.50", "10.77.0.60", all).ok());
  }
  json network() {
    const json now = status();
    return now.contains("network") ? now["network"] : json::object();
  }
  // Rings, is answered and heard, all of it over IPv6.
  void call() {
    const auto far = ring_up(absl::Minutes(1), rig::FarEndOptions{.address = "fd77::2", .registrar = "[fd77::1]:5061"});
    ASSERT_TRUE(far.ok()) << far.status();
    EXPECT_TRUE(status_becomes(
        [](const json& now) {
          const auto calls = now["signaling"].value("call", json::array());
          return !calls.empty() && calls[0]["security"].value("level", "") == "SECURITY_LEVEL_ENCRYPTED";
        },
        absl::Seconds(15)))
        << status().dump(1);
    EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
  }
};

TEST_F(F74_Ipv6Alone_Peer, FromTheFirstStartToACallByDhcpv6) {
  // Cisco's vendor option: enterprise 9, sub-option 1, fd77::1.
  serve_six({"--dhcp-range=fd77::100,fd77::1ff,64,1h",
             "--dhcp-option=option6:17,0:0:0:9:0:1:0:10:fd:77:0:0:0:0:0:0:0:0:0:0:0:0:0:1"});
  call();
  const json now = network();
  ASSERT_EQ(now["ipv6"].value("state", ""), "IPV6_STATE_HELD") << now.dump(1);
  EXPECT_TRUE(absl::StartsWith(now["ipv6"].value("address", ""), "fd77::1")) << now.dump(1);
  EXPECT_EQ(now.value("provisioningSource", ""), "DHCPv6 option 17");
  EXPECT_EQ(now.value("provisioningServer", json::array()), json::array({"fd77::1"}));
  EXPECT_EQ(now.value("dnsServer", json::array()), json::array({"fd77::1"}));
  for (const auto& address : now.value("address", json::array())) {
    EXPECT_TRUE(absl::StrContains(address.get<std::string>(), ":")) << address;
  }
  const std::string shown = phone_->phonectl_text({"network"}).output;
  EXPECT_TRUE(absl::StrContains(shown, "The DHCPv6 lease of fd77::1")) << shown;
  EXPECT_TRUE(absl::StrContains(shown, "in force, with the provisioning servers fd77::1 (DHCPv6 option 17)")) << shown;

  // A restart of the service costs neither the address nor the registration.
  ASSERT_TRUE(phone_->kill("network_access", "SIGKILL").ok());
  EXPECT_TRUE(rig::poll_until(absl::Seconds(15), [&] {
    const json later = network().value("ipv6", json::object());
    return later.value("obtained", "") > now["ipv6"].value("obtained", "") &&
           later.value("address", "") == now["ipv6"].value("address", "");
  })) << network().dump(1);
  EXPECT_TRUE(is_registered(status()));
}

TEST_F(F74_Ipv6Alone_Peer, WithAddressesOfTheRouterAndAServerThatIsAName) {
  serve_six({"--dhcp-range=fd77::,ra-stateless,64", "--dhcp-option=option6:bootfile-url,tftp://cucm.lab/"});
  call();
  const json now = network();
  EXPECT_EQ(now["ipv6"].value("state", ""), "IPV6_STATE_INFORMED") << now.dump(1);
  EXPECT_EQ(now.value("provisioningServer", json::array()), json::array({"cucm.lab"})) << "downloads resolve it too";
  EXPECT_EQ(now.value("provisioningSource", ""), "DHCPv6 option 59");
}

}  // namespace
}  // namespace phone::system
