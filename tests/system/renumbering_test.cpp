// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves that changes of the network reach the services that depend on them: a flap of the link and an address that the
// kernel lost leave the registration as it is; another address makes policy download again and signaling register from
// the new one. DHCP is dnsmasq's.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"
#include "tools/rig/voice_switch.hpp"

namespace phone::system {
namespace {

using nlohmann::json;

class F25_Discovery_Peer : public Scene {};
class F95_DnsOfTheLease_Peer : public Scene {};

class F81_Renumbering_Lab : public Scene {
 protected:
  void beside(std::vector<std::string> words) { (void)rig::run({.argv = phone_->beside() + words}); }
  void inside(std::vector<std::string> words) { (void)rig::run({.argv = phone_->inside() + words}); }
  void pull_and_plug() {
    beside({"ip", "link", "set", "lab0", "down"});
    (void)rig::poll_until(absl::Seconds(10), [&] { return !network().value("linkUp", false); });
    beside({"ip", "link", "set", "lab0", "up"});
  }
  json network() {
    const json now = status();
    return now.contains("network") ? now["network"] : json::object();
  }
  // The phone's only IPv4 address begins so; "": it has none.
  bool address_becomes(const std::string& beginning) {
    return rig::poll_until(absl::Seconds(20), [&] {
      std::string found;
      for (const auto& one : network().value("address", json::array())) {
        if (!absl::StrContains(one.get<std::string>(), ":")) found = one;
      }
      return beginning.empty() ? found.empty() : absl::StartsWith(found, beginning);
    });
  }
  // Where the phone has registered from, one for each connection it made.
  std::vector<std::string> registrations() {
    std::vector<std::string> contacts;
    for (const auto& event : lab_->events()) {
      if (event.value("event", "") == "registered") contacts.push_back(event.value("contact", ""));
    }
    return contacts;
  }
  // How often its configuration has been fetched.
  size_t rounds() {
    size_t count = 0;
    for (const auto& event : lab_->events()) {
      const bool configuration = absl::StrContains(event.value("name", ""), ".cnf.xml");
      count += event.value("event", "") == "download" && configuration ? 1 : 0;
    }
    return count;
  }
};

TEST_F(F81_Renumbering_Lab, FlapAndLostLeaseLeaveItRegisteredAnotherAddressIsRegisteredFromAtOnce) {
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  ASSERT_TRUE(address_becomes("10.77.0.5"));
  const auto first = registrations();
  ASSERT_TRUE(!first.empty() && absl::StrContains(first.back(), "10.77.0.5")) << status().dump(1);

  // The cable is out and in again.
  beside({"ip", "link", "set", "lab0", "down"});
  ASSERT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return !network().value("linkUp", false); }));
  EXPECT_TRUE(is_registered(status())) << "a flap is nothing to give up for";
  beside({"ip", "link", "set", "lab0", "up"});
  ASSERT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return network().value("linkUp", false); }));
  EXPECT_TRUE(address_becomes("10.77.0.5"));
  EXPECT_TRUE(is_registered(status()));
  EXPECT_EQ(registrations().size(), first.size()) << "the very connection";

  // The kernel loses the address: it is set again at once, in words.
  inside({"ip", "-4", "address", "flush", "dev", network().value("port", "")});
  const auto told = [&](const std::string& kind) {
    for (const auto& step : network()["dhcp"].value("step", json::array())) {
      if (step.value("kind", "") == kind) return true;
    }
    return false;
  };
  EXPECT_TRUE(rig::poll_until(absl::Seconds(5), [&] { return told("DHCP_STEP_KIND_MISSING"); })) << network().dump(1);
  ASSERT_TRUE(address_becomes("10.77.0.5"));
  EXPECT_EQ(network()["dhcp"].value("state", ""), "LEASE_STATE_HELD");
  EXPECT_EQ(network().value("provisioningServer", json::array()), json::array({"10.77.0.1"}));
  EXPECT_TRUE(becomes_registered(absl::Seconds(20)));

  // So does a restart of the service, which asks for the same address again.
  ASSERT_TRUE(phone_->kill("network_access", "SIGKILL").ok());
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return told("DHCP_STEP_KIND_RENEWED"); })) << network().dump(1);
  EXPECT_TRUE(address_becomes("10.77.0.5"));
  EXPECT_TRUE(is_registered(status()));

  // Another address: what was bound to the old one is made anew, and everything is downloaded again.
  const size_t before = rounds();
  ASSERT_TRUE(lab_->give_addresses(*stage_, *phone_, "10.77.0.70", "10.77.0.79").ok());
  pull_and_plug();
  ASSERT_TRUE(address_becomes("10.77.0.7"));
  EXPECT_TRUE(told("DHCP_STEP_KIND_LOST")) << network().dump(1);
  const absl::Time moved = absl::Now();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(15), [&] {
    return absl::StrContains(registrations().back(), "10.77.0.7");
  })) << registrations().back();
  EXPECT_TRUE(becomes_registered(absl::Seconds(15))) << status().dump(1);
  RecordProperty("registered_again_ms", static_cast<int>(absl::ToInt64Milliseconds(absl::Now() - moved)));
  EXPECT_TRUE(rig::poll_until(absl::Seconds(15), [&] { return rounds() > before; })) << "policy downloads again";
  EXPECT_TRUE(is_registered(status()));
}

// The lease names a DNS server, and the call manager is a name: downloads and signaling both find it.
TEST_F(F95_DnsOfTheLease_Peer, ACallManagerThatIsANameIsFound) {
  serve({"--host", "cucm.lab"});
  ASSERT_TRUE(lab_->give_addresses(*stage_, *phone_, "10.77.0.50", "10.77.0.60",
                                   {"--port=53", "--no-resolv", "--no-hosts", "--host-record=cucm.lab,10.77.0.1",
                                    "--dhcp-option=6,10.77.0.1", "--dhcp-option=15,four.lab"})
                  .ok());
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  const auto file = rig::run({.argv = phone_->inside() + std::vector<std::string>{"cat", "/etc/resolv.conf"}});
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->output,
            "# written by phone-network-access\nsearch four.lab\nnameserver 10.77.0.1\noptions timeout:2\n");
}

// F25 at run time, judged by an independent neighbour: what the configuration switches off is no longer announced.
TEST_F(F25_Discovery_Peer, WhatTheConfigurationSwitchesOffIsNoLongerAnnounced) {
  rig::VoiceSwitch neighbour(*stage_, *phone_);
  ASSERT_TRUE(neighbour.introduce(false).ok());
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  const auto hears = [&](const char* protocol) {
    return absl::StrContains(neighbour.neighbours(), absl::StrCat("via: ", protocol));
  };
  const auto will_hear = [&](const char* protocol) {
    return rig::poll_until(
        absl::Seconds(20), [&] { return hears(protocol); }, absl::Milliseconds(100));
  };
  // What our own lldpd says it may do on the switch port.
  const auto may = [&](const std::string& mode) {
    return rig::poll_until(absl::Seconds(15), [&] {
      auto told =
          rig::run({.argv = phone_->inside() +
                            std::vector<std::string>{"lldpcli", "-u", "/run/phone-lldp/socket", "show", "interfaces"}});
      return told.ok() && absl::StrContains(told->output, absl::StrCat("Administrative status: ", mode));
    });
  };
  EXPECT_TRUE(will_hear("CDPv2"));
  EXPECT_TRUE(will_hear("LLDP"));
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);

  // CDP's last word on that port is that it takes leave: a hold time of 0.
  auto watch = rig::Process::start(
      {.argv = phone_->beside() + std::vector<std::string>{PHONE_SOURCE_DIR "/tests/peers/frames.py", "watch", "lab0",
                                                           "aaaa0300000c20000200"},
       .capture = true});
  ASSERT_TRUE(watch.ok() && watch->read_line(absl::Now() + absl::Seconds(10)).ok());
  serve({"--set", "vendorConfig/enableCdpSwPort=0"});
  reprovision();
  const auto said = watch->wait(absl::Now() + absl::Seconds(15));
  EXPECT_TRUE(said.ok() && *said == 0) << "the switch was not told";
  EXPECT_TRUE(may("RX and TX"));

  serve({"--set", "vendorConfig/enableLldpSwPort=0"});
  neighbour.fall_silent();
  ASSERT_TRUE(neighbour.introduce(false).ok());  // one that remembers nothing
  reprovision();
  EXPECT_TRUE(will_hear("CDPv2"));
  EXPECT_TRUE(may("disabled"));
  EXPECT_FALSE(hears("LLDP")) << neighbour.neighbours();
}

}  // namespace
}  // namespace phone::system
