// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// IPv6 as dnsmasq announces and grants it, on the kernel's own interfaces.
#include "services/network_access/ipv6/ipv6_client.hpp"

#include <gtest/gtest.h>

#include "tests/unit/network_access/link/cable.hpp"

namespace phone::network {
namespace {

using Texts = std::vector<std::string>;

struct Ipv6Client_Peer : PortWatch_Peer {
  void SetUp() override {
    PortWatch_Peer::SetUp();
    if (IsSkipped()) return;
    if (sh("command -v dnsmasq >/dev/null") != 0) GTEST_SKIP() << "dnsmasq is not installed";
    sh("ip address flush dev eth0 scope global; ip address flush dev sw0 scope global; "
       "ip -6 address add 2001:db8:77::1/64 dev sw0 nodad");
    client.emplace(
        *loop,
        [this](Ipv6Facts facts) {
          const std::lock_guard lock(mutex);
          last = std::move(facts);
          changed.notify_all();
        },
        [](const std::string& text) { ADD_FAILURE() << text; });
    link.emplace(
        *loop, LinkDriver::Settings{.port = "eth0"},
        [this](LinkObservation seen) {
          client->see(seen.link);
          witness(std::move(seen));
        },
        [](const std::string&) {});
  }
  void TearDown() override {
    if (link) link->stop();
    if (client) client->stop();
    sh("ip -6 address flush dev eth0 scope global; ip -6 address flush dev sw0 scope global");
    PortWatch_Peer::TearDown();
  }
  template <class Condition>
  bool becomes(Condition condition) {
    std::unique_lock lock(mutex);
    const bool did = changed.wait_for(lock, std::chrono::seconds(20), [&] { return condition(last); });
    if (!did) {
      ADD_FAILURE() << sentence(last);
      for (const auto& step : last.story) ADD_FAILURE() << step.text;
    }
    return did;
  }

  std::mutex mutex;
  std::condition_variable changed;
  Ipv6Facts last;
  std::optional<Ipv6Client> client;
  std::optional<LinkDriver> link;
};

TEST_F(Ipv6Client_Peer, ARouterAloneNamesResolvers) {
  const Dnsmasq server(directory,
                       "--enable-ra --dhcp-range=2001:db8:77::,ra-only --ra-param=sw0,4 "
                       "--dhcp-option=option6:dns-server,[2001:db8:77::53] "
                       "--dhcp-option=option6:domain-search,lab.example");
  ASSERT_TRUE(link->start().ok());
  EXPECT_TRUE(becomes([](const Ipv6Facts& facts) {
    return facts.state == Ipv6State::kByRouter && facts.dns == Texts{"2001:db8:77::53"} &&
           facts.domain == "lab.example" && facts.routers.size() == 1 && facts.routers[0].starts_with("fe80::");
  }));
  EXPECT_TRUE(witness.becomes([](const LinkObservation& seen) { return has(seen, "2001:db8:77:"); }));
  client->allow(IpMode::kV4);
  EXPECT_TRUE(becomes([](const Ipv6Facts& facts) { return facts == Ipv6Facts(); }));
}

TEST_F(Ipv6Client_Peer, SettingsComeByDhcpv6WhereTheRouterSaysSo) {
  const Dnsmasq server(directory,
                       "--enable-ra --dhcp-range=2001:db8:77::,ra-stateless --ra-param=sw0,4 "
                       "--dhcp-option=option6:dns-server,[2001:db8:77::54] "
                       "--dhcp-option=option6:bootfile-url,tftp://[2001:db8:77::7]/");
  ASSERT_TRUE(link->start().ok());
  EXPECT_TRUE(becomes([](const Ipv6Facts& facts) {
    return facts.state == Ipv6State::kInformed && facts.provisioning.source == "DHCPv6 option 59" &&
           facts.provisioning.servers == Texts{"2001:db8:77::7"} && facts.dns == Texts{"2001:db8:77::54"};
  }));
  EXPECT_TRUE(witness.becomes([](const LinkObservation& seen) { return has(seen, "2001:db8:77:"); }));
}

TEST_F(Ipv6Client_Peer, AnAddressIsGrantedSetAndTakenAwayWithIpv6) {
  const Dnsmasq server(directory,
                       "--enable-ra --dhcp-range=2001:db8:77::100,2001:db8:77::1ff,64,1h --ra-param=sw0,4 "
                       "--dhcp-option=option6:17,0:0:0:9:0:1:0:10:20:1:d:b8:0:77:0:0:0:0:0:0:0:0:0:8");
  ASSERT_TRUE(link->start().ok());
  EXPECT_TRUE(becomes([](const Ipv6Facts& facts) {
    return facts.state == Ipv6State::kHeld && facts.provisioning.source == "DHCPv6 option 17" &&
           facts.provisioning.servers == Texts{"2001:db8:77::8"};
  }));
  EXPECT_TRUE(witness.becomes([](const LinkObservation& seen) { return has(seen, "2001:db8:77::1"); }));
  const std::string addresses = output("ip -6 address show dev eth0 scope global");
  EXPECT_NE(addresses.find("/128"), std::string::npos) << addresses;
  EXPECT_NE(addresses.find("valid_lft 3"), std::string::npos) << "the kernel ends it by itself: " << addresses;
  // The same one after a restart.
  const std::string before = text_of(*last.held->lease.address);
  link->stop();
  client->stop();
  EXPECT_NE(output("ip -6 address show dev eth0").find(before), std::string::npos);
  client.reset();
  SetUp();
  ASSERT_TRUE(link->start().ok());
  EXPECT_TRUE(becomes([&](const Ipv6Facts& facts) {
    return facts.state == Ipv6State::kHeld && text_of(*facts.held->lease.address) == before;
  }));
  client->allow(IpMode::kV4);
  EXPECT_TRUE(becomes([](const Ipv6Facts& facts) { return facts.state == Ipv6State::kOff; }));
  EXPECT_EQ(output("ip -6 address show dev eth0").find(before), std::string::npos);
}

// As when the switch names a voice VLAN: the address of the port before does not stay behind.
TEST_F(Ipv6Client_Peer, AnotherPortTakesTheAddressOfTheFirstAway) {
  const Dnsmasq server(directory,
                       "--enable-ra --dhcp-range=2001:db8:77::100,2001:db8:77::1ff,64,1h --ra-param=sw0,4 "
                       "--dhcp-option=option6:bootfile-url,tftp://[2001:db8:77::7]/");
  ASSERT_EQ(sh("ip link add voice0 type veth peer name voice1 && ip link set voice0 up && ip link set voice1 up"), 0);
  ASSERT_TRUE(link->start().ok());
  EXPECT_TRUE(becomes([](const Ipv6Facts& facts) { return facts.state == Ipv6State::kHeld; }));
  EXPECT_NE(output("ip -6 address show dev eth0").find("2001:db8:77::1"), std::string::npos);
  link->use("voice0");
  EXPECT_TRUE(becomes([](const Ipv6Facts& facts) { return facts.state == Ipv6State::kAskingRouters; }));
  EXPECT_EQ(output("ip -6 address show dev eth0").find("2001:db8:77::1"), std::string::npos);
  link->stop();
  sh("ip link del voice0");
}

TEST_F(Ipv6Client_Peer, AnAddressThatAnotherDeviceHasIsDeclined) {
  // Two addresses to grant; another device has the first one that is offered.
  const Dnsmasq server(directory,
                       "--enable-ra --dhcp-range=2001:db8:77::100,2001:db8:77::101,64,1h --ra-param=sw0,4 "
                       "--dhcp-option=option6:bootfile-url,tftp://[2001:db8:77::7]/");
  sh("ip -6 address add 2001:db8:77::100/64 dev sw0 nodad; ip -6 address add 2001:db8:77::101/64 dev sw0 nodad");
  ASSERT_TRUE(link->start().ok());
  EXPECT_TRUE(becomes([](const Ipv6Facts& facts) {
    for (const auto& step : facts.story) {
      if (step.kind == DhcpStepKind::kConflict) return true;
    }
    return false;
  }));
}

TEST_F(Ipv6Client_Peer, WithoutARouterThatIsSaid) {
  ASSERT_TRUE(link->start().ok());
  EXPECT_TRUE(becomes([](const Ipv6Facts& facts) { return facts.state == Ipv6State::kAskingRouters; }));
  EXPECT_TRUE(becomes([](const Ipv6Facts& facts) { return facts.state == Ipv6State::kNoRouter; }));
}

}  // namespace
}  // namespace phone::network
