// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// From the effective policy and the network to servers, precedence, tokens and alarms, and from there to what is shown:
// values that are not defaults.
#include <gtest/gtest.h>

#include "services/signaling/rpc/convert_rpc.hpp"
#include "services/signaling/rpc/enums_rpc.hpp"
#include "services/signaling/rpc/network_rpc.hpp"

namespace phone::signaling {
namespace {

namespace pb = policy::v1;

pb::EffectivePolicy with_servers(pb::SecurityMode mode) {
  pb::EffectivePolicy policy;
  policy.set_security_mode(mode);
  auto& manager = *policy.add_call_manager();
  manager.set_name("pub");
  manager.set_address("10.0.0.1");
  manager.set_sip_port(5070);
  manager.set_secure_sip_port(5071);
  manager.set_sip_oauth_port(5092);
  auto& router = *policy.add_srst();
  router.set_address("10.0.0.9");
  router.set_port(5081);
  return policy;
}

TEST(F27_SrstTargets, ASecurePhoneNeedsASecureRouterWithACertificate) {
  pb::EffectivePolicy policy = with_servers(pb::SECURITY_MODE_ENCRYPTED);
  auto targets = to_settings(policy).targets;
  ASSERT_EQ(targets.size(), 2u);
  EXPECT_FALSE(targets[0].srst);
  EXPECT_EQ(targets[0].port, 5071);
  EXPECT_TRUE(targets[1].srst);
  EXPECT_NE(targets[1].unusable.find("isSecure"), std::string::npos) << targets[1].unusable;
  policy.set_srst_secure(true);
  EXPECT_NE(to_settings(policy).targets[1].unusable.find("srstCertificate"), std::string::npos);
  policy.add_srst_certificate("der");
  targets = to_settings(policy).targets;
  EXPECT_EQ(targets[1], (Target{.name = "", .address = "10.0.0.9", .port = 5081, .tls = true, .srst = true}));
}

TEST(F27_SrstTargets, ANonsecurePhoneHasAPlainOne) {
  for (const bool secure : {false, true}) {
    pb::EffectivePolicy policy = with_servers(pb::SECURITY_MODE_NONSECURE);
    policy.set_srst_secure(secure);
    const auto targets = to_settings(policy).targets;
    EXPECT_EQ(targets[1], (Target{.name = "", .address = "10.0.0.9", .port = 5081, .tls = false, .srst = true}));
  }
}

TEST(F7_OAuthTargets, GoToTheirOwnPortAndNeedAnEncryptedPhone) {
  pb::EffectivePolicy policy = with_servers(pb::SECURITY_MODE_ENCRYPTED);
  policy.set_sip_oauth(true);
  policy.mutable_oauth()->set_host("authority");
  policy.mutable_oauth()->set_port(8443);
  policy.mutable_oauth()->set_path("oauth/token");
  Settings settings = to_settings(policy);
  EXPECT_TRUE(settings.sip_oauth);
  EXPECT_EQ(settings.oauth_server, (OAuthServer{.host = "authority", .port = 8443, .path = "oauth/token"}));
  EXPECT_EQ(settings.targets[0],
            (Target{.name = "pub", .address = "10.0.0.1", .port = 5092, .tls = true, .oauth = true}));
  EXPECT_FALSE(settings.targets[1].oauth) << "a router knows no tokens";
  policy.set_security_mode(pb::SECURITY_MODE_NONSECURE);
  settings = to_settings(policy);
  EXPECT_NE(settings.targets[0].unusable.find("deviceSecurityMode"), std::string::npos);
  EXPECT_TRUE(settings.targets[0].tls) << "a token never leaves in clear";
}

TEST(F77_PrecedenceSettings, AreThoseOfThePolicy) {
  pb::EffectivePolicy policy;
  EXPECT_EQ(to_settings(policy).dscp_precedence, (std::array<uint32_t, 5>{45, 44, 41, 42, 42}));
  policy.set_mlpp_domain("00000a");
  policy.set_mlpp_indication(true);
  for (const uint32_t mark : {1u, 2u, 3u, 4u, 5u, 6u}) policy.add_dscp_precedence(mark);
  const Settings settings = to_settings(policy);
  EXPECT_EQ(settings.mlpp_domain, "00000a");
  EXPECT_TRUE(settings.mlpp_indication);
  EXPECT_FALSE(settings.mlpp_preemption);
  EXPECT_EQ(settings.dscp_precedence, (std::array<uint32_t, 5>{1, 2, 3, 4, 5}));
  policy.set_mlpp_preemption(true);
  EXPECT_TRUE(to_settings(policy).mlpp_preemption);
}

TEST(F77_PrecedenceSettings, ACallShowsItsOwn) {
  for (int level = 0; level <= 6; ++level) {
    EXPECT_EQ(static_cast<int>(to_proto(static_cast<Precedence>(level))), level);
    EXPECT_EQ(from_proto(static_cast<v1::Precedence>(level)), static_cast<Precedence>(level));
  }
  EXPECT_EQ(from_proto(static_cast<v1::Precedence>(99)), Precedence::kExecutiveOverride) << "nothing to dial with";
  CallView view;
  view.precedence = Precedence::kFlash;
  EXPECT_EQ(to_proto(view).precedence(), v1::PRECEDENCE_FLASH);
  EXPECT_EQ(to_proto(Tone::kPreemption), media::v1::TONE_PREEMPTION);
  EXPECT_EQ(to_proto(Tone::kPrecedenceRingback), media::v1::TONE_PRECEDENCE_RINGBACK);
  EXPECT_EQ(to_proto(Tone::kPrecedenceRinging), media::v1::TONE_PRECEDENCE_RINGING);
}

TEST(F7_F27_Shown, WhatIsLimitedAndWhetherThereIsAToken) {
  StateView view;
  view.registrations = {{.server = "router", .srst = true, .limited = "no conference"}};
  EXPECT_FALSE(to_proto(view).has_authorization());
  view.authorization = AuthorizationView{.held = true, .good_until = WallTime(std::chrono::seconds(1'700'000'000))};
  v1::SignalingState state = to_proto(view);
  EXPECT_EQ(state.registration(0).limited(), "no conference");
  EXPECT_TRUE(state.authorization().held());
  EXPECT_EQ(state.authorization().good_until().seconds(), 1'700'000'000);
  view.authorization = AuthorizationView{.held = false, .good_until = {}, .reason = "no code"};
  state = to_proto(view);
  EXPECT_FALSE(state.authorization().has_good_until());
  EXPECT_EQ(state.authorization().reason(), "no code");
}

TEST(F94_Network, OfAnAlarmIsTheNetworkOfThePhone) {
  network::v1::NetworkFacts facts;
  facts.add_address("2001:db8::5");
  facts.add_address("10.0.0.5");
  facts.mutable_dhcp()->set_state(network::v1::LEASE_STATE_HELD);
  facts.mutable_dhcp()->set_address("10.0.0.5");
  facts.mutable_dhcp()->set_prefix_length(22);
  facts.mutable_dhcp()->add_route("10.2.0.0/16 via 10.0.0.9");
  facts.mutable_dhcp()->add_route("default via 10.0.0.1");
  facts.mutable_ipv6()->add_router("fe80::1");
  facts.mutable_neighbour()->set_system("switch\x1b");
  facts.mutable_neighbour()->set_port("Gi0/7");
  facts.set_voice_vlan_in_force(110);
  const PhoneNetwork network = to_network(facts);
  EXPECT_EQ(network.ipv4, "10.0.0.5/22");
  EXPECT_EQ(network.ipv4_gateway, "10.0.0.1");
  EXPECT_EQ(network.ipv6, "2001:db8::5");
  EXPECT_EQ(network.ipv6_gateway, "fe80::1");
  EXPECT_EQ(network.neighbour_device.find('\x1b'), std::string::npos);
  EXPECT_EQ(network.neighbour_port, "Gi0/7");
  EXPECT_EQ(network.voice_vlan, 110u);
  EXPECT_EQ(network.dhcp4_status, 1u);
  EXPECT_EQ(network.dhcp6_status, 0u);
  EXPECT_EQ(to_network({}), PhoneNetwork{});
}

}  // namespace
}  // namespace phone::signaling
