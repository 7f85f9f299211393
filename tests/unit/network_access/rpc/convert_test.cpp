// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/rpc/convert.hpp"

#include <gtest/gtest.h>

namespace phone::network::convert_test {
namespace {

TEST(NetworkConvert, StoredProfilesKeepTheirEnumerations) {
  StoredAccess wire;
  wire.profile.method = EapMethod::kFast;
  wire.profile.certificate = EapCertificate::kLsc;
  wire.port.ip = IpMode::kV6;
  const auto stored = decode_access(encode(wire).view());
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->profile.method, EapMethod::kFast);
  EXPECT_EQ(stored->profile.certificate, EapCertificate::kLsc);
  EXPECT_EQ(stored->port.ip, IpMode::kV6);
  for (const WlanSecurity security : {WlanSecurity::kOpen, WlanSecurity::kPsk, WlanSecurity::kSae,
                                      WlanSecurity::kEnterprise, WlanSecurity::kEnterprise3}) {
    WlanProfile wlan;
    wlan.security = security;
    wlan.eap = WlanEap::kPeapGtc;
    wlan.certificate = EapCertificate::kUser;
    const auto kept = decode_wlan(encode(wlan).view());
    ASSERT_TRUE(kept.ok()) << kept.status();
    EXPECT_EQ(kept->security, security);
    EXPECT_EQ(kept->eap, WlanEap::kPeapGtc);
    EXPECT_EQ(kept->certificate, EapCertificate::kUser);
  }
}

TEST(NetworkConvert, NumbersOutOfTheirEnumerationAreRefused) {
  v1::WiredProfile wire;
  wire.set_method(static_cast<v1::WiredMethod>(3));
  wire.set_enabled(true);
  EXPECT_EQ(to_profile(wire).status(), absl::InvalidArgumentError("the EAP method is missing"));
  wire.set_method(v1::WIRED_METHOD_TLS);
  for (const int kind : {-1, static_cast<int>(certificates::v1::CERTIFICATE_KIND_USER), 99}) {
    wire.set_certificate(static_cast<certificates::v1::CertificateKind>(kind));
    EXPECT_EQ(to_profile(wire).status(), absl::InvalidArgumentError("the certificate must be the MIC or the LSC"));
  }
  v1::WlanProfile wlan;
  wlan.set_security(static_cast<v1::WlanSecurity>(6));
  EXPECT_EQ(to_profile(wlan).status(), absl::InvalidArgumentError("unknown security or EAP method"));
  wlan.set_security(v1::WLAN_SECURITY_ENTERPRISE3);
  wlan.set_method(static_cast<v1::WlanMethod>(-2147483647 - 1));
  EXPECT_EQ(to_profile(wlan).status(), absl::InvalidArgumentError("unknown security or EAP method"));
  wlan.clear_method();
  wlan.set_enabled(true);
  EXPECT_EQ(to_profile(wlan).status(), absl::InvalidArgumentError("the security or EAP method is missing"));
  wlan.set_method(v1::WLAN_METHOD_AUTO);
  wlan.set_certificate(static_cast<certificates::v1::CertificateKind>(4));
  EXPECT_EQ(to_profile(wlan).status(),
            absl::InvalidArgumentError("the certificate must be the MIC, the LSC or the user certificate"));
}

TEST(NetworkConvert, AStatusKeepsStateAndCause) {
  const v1::WiredAccess held = to_message(AccessStatus{
      .state = AccessState::kHeld, .cause = AccessCause::kPasswordCleared, .detail = "refused", .failures = 3});
  EXPECT_EQ(held.state(), v1::ACCESS_STATE_HELD);
  EXPECT_EQ(held.cause(), v1::ACCESS_CAUSE_PASSWORD_CLEARED);
  EXPECT_EQ(held.detail(), "refused");
  EXPECT_EQ(held.failures(), 3U);
}

TEST(NetworkConvert, WhatIpv6SaysArrivesFieldByField) {
  Facts facts{.version = 1, .domain = "four.lab", .dns = {"10.0.0.53"}};
  Ipv6 address{};
  address[0] = 0x20;
  address[15] = 9;
  const SteadyTime began = std::chrono::steady_clock::now();
  facts.ipv6 = {
      .state = Ipv6State::kUnconfirmed,
      .routers = {"fe80::1"},
      .held = Held6{.lease = {.address = address, .preferred = 300, .valid = 400, .renewal = 100, .rebinding = 200},
                    .server = "duid",
                    .obtained = began},
      .dns = {"2001:db8::53"},
      .domain = "six.lab",
      .refusal = "NoBinding",
      .conflicting = {"2001:db8::66"}};
  facts.ipv6.story.push_back({.kind = DhcpStepKind::kInForce, .at = began, .times = 3, .text = "in force"});
  const v1::NetworkFacts sent = to_message(facts);
  EXPECT_EQ(sent.domain(), "six.lab");
  EXPECT_EQ(std::vector<std::string>(sent.dns_server().begin(), sent.dns_server().end()),
            (std::vector<std::string>{"2001:db8::53", "10.0.0.53"}));
  const v1::Ipv6Configuration& ipv6 = sent.ipv6();
  EXPECT_EQ(ipv6.state(), v1::IPV6_STATE_UNCONFIRMED);
  EXPECT_EQ(ipv6.state_text(), "The DHCPv6 lease of 2000::9 is in force but was not renewed: no server answers");
  EXPECT_EQ(ipv6.router(0), "fe80::1");
  EXPECT_EQ(ipv6.address(), "2000::9");
  EXPECT_EQ(ipv6.dns_server(0), "2001:db8::53");
  EXPECT_EQ(ipv6.domain(), "six.lab");
  EXPECT_EQ(ipv6.refusal(), "NoBinding");
  EXPECT_EQ(ipv6.conflicting_address(0), "2001:db8::66");
  EXPECT_NEAR(static_cast<double>(ipv6.renew_at().seconds() - ipv6.obtained().seconds()), 100, 1);
  EXPECT_NEAR(static_cast<double>(ipv6.rebind_at().seconds() - ipv6.obtained().seconds()), 200, 1);
  EXPECT_NEAR(static_cast<double>(ipv6.expires_at().seconds() - ipv6.obtained().seconds()), 400, 1);
  ASSERT_EQ(ipv6.step_size(), 1);
  EXPECT_EQ(ipv6.step(0).kind(), v1::DHCP_STEP_KIND_IN_FORCE);
  EXPECT_EQ(ipv6.step(0).times(), 3U);
  EXPECT_EQ(ipv6.step(0).text(), "in force");
  facts.ipv6.held->lease.valid = facts.ipv6.held->lease.rebinding = facts.ipv6.held->lease.renewal = Lease6::kForever;
  EXPECT_FALSE(to_message(facts).ipv6().has_expires_at() || to_message(facts).ipv6().has_renew_at());
  // The stored profile has no state of the moment.
  v1::NetworkFacts stored;
  ASSERT_TRUE(stored.ParseFromString(encode(facts)));
  EXPECT_FALSE(stored.has_ipv6());
}

// What this process does, by element; unknown before it has a policy.
std::string said(const Facts& facts, const std::string& element) {
  const v1::NetworkFacts message = to_message(facts);
  for (const auto& setting : message.setting()) {
    if (setting.element() != element) continue;
    switch (setting.state()) {
      case mesh::v1::SETTING_STATE_ON:
        return "on";
      case mesh::v1::SETTING_STATE_OFF:
        return setting.note().empty() ? "off" : "off: " + setting.note();
      case mesh::v1::SETTING_STATE_UNKNOWN:
        return "unknown";
      default:
        return setting.value();
    }
  }
  return "not said";
}

TEST(F46_NetworkSettings, AreAsThisProcessEnforcesThem) {
  Facts facts;
  EXPECT_EQ(said(facts, "vendorConfig/garp"), "unknown");
  EXPECT_EQ(said(facts, "vendorConfig/enableCdpSwPort"), "unknown");
  EXPECT_EQ(said(facts, "ipAddressMode"), "");
  EXPECT_EQ(said(facts, "vendorConfig/pcPort"), "off: this phone has no PC port");
  EXPECT_EQ(said(facts, "vendorConfig/wifi"), "off: this phone has no WLAN");
  facts.in_force.policy =
      PortPolicy{.voice_vlan = false, .discovery = {.cdp_switch = false, .lldp_switch = true}, .ip = IpMode::kV6};
  facts.in_force.gratuitous_arp = true;
  facts.access.state = AccessState::kHeld;
  facts.pc_port = PcPortFacts{.enabled = true, .vlan_access = true};
  facts.wlan = WlanAccess{.status = {.state = AccessState::kConnecting}};
  EXPECT_EQ(said(facts, "vendorConfig/garp"), "on");
  EXPECT_EQ(said(facts, "vendorConfig/enableCdpSwPort"), "off");
  EXPECT_EQ(said(facts, "vendorConfig/enableLldpSwPort"), "off: lldpd is not running");
  EXPECT_EQ(said(facts, "vendorConfig/voiceVlan"), "off");
  EXPECT_EQ(said(facts, "ipAddressMode"), "IPv6");
  EXPECT_EQ(said(facts, "vendorConfig/eapAuthentication"), "on");
  EXPECT_EQ(said(facts, "vendorConfig/pcPort"), "on");
  EXPECT_EQ(said(facts, "vendorConfig/voiceVlanAccess"), "on");
  EXPECT_EQ(said(facts, "vendorConfig/wifi"), "on");
  facts.learned.lldp_daemon = true;
  facts.pc_port->enabled = false;
  EXPECT_EQ(said(facts, "vendorConfig/enableLldpSwPort"), "on");
  EXPECT_EQ(said(facts, "vendorConfig/voiceVlanAccess"), "off") << "no port, no access";
  v1::NetworkFacts stored;
  ASSERT_TRUE(stored.ParseFromString(encode(facts)));
  EXPECT_EQ(stored.setting_size(), 0);
}

TEST(F4_F45_NetworkPolicy, LockAndProhibitionOutliveARestart) {
  StoredAccess stored;
  stored.access.disabled = true;
  stored.access.lock = settings::Lock::kRestricted;
  const auto read = decode_access(encode(stored).view());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->access, stored.access);
  EXPECT_EQ(settings::lock_of(0), settings::Lock::kOpen);
  EXPECT_EQ(settings::lock_of(99), settings::Lock::kOff) << "a lock that we do not know is one";
}

}  // namespace
}  // namespace phone::network::convert_test
