// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F77, F74, F7, F27: what the configuration says of precedence, tokens and survival.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/policy/configuration/configuration.hpp"

namespace phone::policy {
namespace {

using testing::HasSubstr;

Configuration parsed(const std::string& inside) {
  const auto configuration = parse_configuration("<device>" + inside + "</device>");
  EXPECT_TRUE(configuration.ok()) << configuration.status();
  return configuration.value_or(Configuration{});
}

TEST(F77_MlppConfiguration, IsReadWhereCallManagersAndDescriptionsHaveIt) {
  const Mlpp direct = parsed(
                          "<mlppDomainId>00000A</mlppDomainId><mlppIndicationStatus>On</mlppIndicationStatus>"
                          "<preemption>Forceful</preemption>")
                          .mlpp;
  EXPECT_EQ(direct.domain, "00000a");
  EXPECT_TRUE(direct.indication);
  EXPECT_TRUE(direct.preemption);
  const Mlpp pool = parsed(
                        "<devicePool><mlppDomainId>000000</mlppDomainId><mlppIndicationStatus>on"
                        "</mlppIndicationStatus><preemption>forceful</preemption></devicePool>")
                        .mlpp;
  EXPECT_EQ(pool.domain, "000000");
  EXPECT_TRUE(pool.indication && pool.preemption);
}

TEST(F77_MlppConfiguration, AnExecutiveOverrideIsPreemptableOnlyWhereItSaysSo) {
  for (const char* yes : {"Yes", "true", "1"}) {
    const std::string element = std::string("<executiveOverridePreemptable>") + yes + "</executiveOverridePreemptable>";
    EXPECT_TRUE(parsed(element).mlpp.executive_override_preemptable) << yes;
    EXPECT_TRUE(parsed("<devicePool>" + element + "</devicePool>").mlpp.executive_override_preemptable) << yes;
  }
  for (const char* no : {"No", "false", "0", "2", ""})
    EXPECT_FALSE(parsed(std::string("<executiveOverridePreemptable>") + no + "</executiveOverridePreemptable>")
                     .mlpp.executive_override_preemptable)
        << no;
}

// F48: intervals and counts of SIP.
TEST(F48_SipTimers, AreTheConfigurationsWithinBounds) {
  const auto stack = [](const std::string& inside) {
    return parsed("<sipProfile><sipStack>" + inside + "</sipStack></sipProfile>");
  };
  const Configuration said = stack(
      "<timerT1>400</timerT1><timerT2>2000</timerT2><timerKeepAliveExpires>240</timerKeepAliveExpires>"
      "<timerInviteExpires>90</timerInviteExpires><timerSubscribeExpires>240</timerSubscribeExpires><sipRetx>8</"
      "sipRetx><sipInviteRetx>4</sipInviteRetx>");
  EXPECT_EQ(said.timer_t1_milliseconds, 400U);
  EXPECT_EQ(said.timer_t2_milliseconds, 2000U);
  EXPECT_EQ(said.keepalive_seconds, 240U);
  EXPECT_EQ(said.invite_expires_seconds, 90U);
  EXPECT_EQ(said.subscribe_expires_seconds, 240U);
  EXPECT_EQ(said.sip_retransmissions, 8U);
  EXPECT_EQ(said.invite_retransmissions, 4U);
  const Configuration odd = stack(
      "<timerT2>499</timerT2><timerInviteExpires>601</timerInviteExpires><timerSubscribeExpires>59</"
      "timerSubscribeExpires><sipRetx>0</sipRetx><sipInviteRetx>21"
      "</sipInviteRetx>");
  EXPECT_EQ(odd.timer_t2_milliseconds, 4000U);
  EXPECT_EQ(odd.invite_expires_seconds, 180U);
  EXPECT_EQ(odd.subscribe_expires_seconds, 3600U);
  EXPECT_EQ(odd.sip_retransmissions, 10U);
  EXPECT_EQ(odd.invite_retransmissions, 6U);
}

// UDP only without security.
TEST(F48_SipTimers, UdpIsForANonsecureDeviceOnly) {
  EXPECT_EQ(parsed("<transportLayerProtocol>2</transportLayerProtocol>").transport, Transport::kUdp);
  EXPECT_EQ(
      parsed("<deviceSecurityMode>2</deviceSecurityMode><transportLayerProtocol>2</transportLayerProtocol>").transport,
      Transport::kTls);
}

TEST(F77_MlppConfiguration, IsOffWhereItSaysSoOrNothing) {
  EXPECT_EQ(parsed("").mlpp, Mlpp{});
  const Mlpp off = parsed(
                       "<mlppDomainId>-1</mlppDomainId><mlppIndicationStatus>Default</mlppIndicationStatus>"
                       "<preemption>Disabled</preemption>")
                       .mlpp;
  EXPECT_EQ(off, Mlpp{});
  EXPECT_EQ(parsed("<mlppDomainId>0000000</mlppDomainId>").mlpp.domain, "");
  EXPECT_EQ(parsed("<mlppDomainId>00000g</mlppDomainId>").mlpp.domain, "");
}

TEST(F74_MlppMarks, AreTheUpperSixBitsOfTheByte) {
  const Mlpp unsaid = parsed("").mlpp;
  EXPECT_EQ(unsaid.dscp, (std::array<std::uint32_t, 5>{45, 44, 41, 42, 42})) << "as call managers have them";
  const Mlpp said = parsed(
                        "<sipProfile><dscpForPriorityAudio>156</dscpForPriorityAudio><dscpForImmediateAudio>148"
                        "</dscpForImmediateAudio></sipProfile><dscpForFlashAudio>140</dscpForFlashAudio>"
                        "<dscpForFlashOverrideAudio>132</dscpForFlashOverrideAudio>"
                        "<dscpForExecutiveOverrideAudio>4</dscpForExecutiveOverrideAudio>")
                        .mlpp;
  EXPECT_EQ(said.dscp, (std::array<std::uint32_t, 5>{39, 37, 35, 33, 1}));
  // Not of security: a bad value falls back to its default, and is told.
  Remarks remarks;
  const auto odd = parse_configuration("<device><dscpForFlashAudio>256</dscpForFlashAudio></device>", &remarks);
  ASSERT_TRUE(odd.ok()) << odd.status();
  EXPECT_EQ(odd->mlpp, Mlpp());
  EXPECT_EQ(remarks.sentences.size(), 1U);
}

TEST(F7_OAuthConfiguration, NamesTheServiceByAnHttpsUrl) {
  const auto server = [](const std::string& url) {
    return parse_configuration("<device><vendorConfig><sipOAuthServer>" + url +
                               "</sipOAuthServer></vendorConfig></device>");
  };
  EXPECT_EQ(server("https://authority:8443/oauth/token")->oauth,
            (OAuthServer{.host = "authority", .port = 8443, .path = "oauth/token"}));
  EXPECT_EQ(server("https://[2001:db8::1]/t")->oauth, (OAuthServer{.host = "2001:db8::1", .port = 443, .path = "t"}));
  EXPECT_EQ(server("")->oauth, OAuthServer{});
  for (const char* wrong : {"http://authority/token", "https://authority", "https:///token", "https://a:0/t",
                            "https://a:99999/t", "https://a:x/t", "authority/token"}) {
    EXPECT_THAT(server(wrong).status().message(), HasSubstr("sipOAuthServer")) << wrong;
  }
}

TEST(F27_SrstConfiguration, ANonsecurePhoneGoesToThePlainPort) {
  const std::string srst =
      "<devicePool><srstInfo><sipIpAddr1>10.0.0.9</sipIpAddr1><isSecure>true</isSecure></srstInfo></devicePool>";
  EXPECT_EQ(parsed(srst).srst.at(0).port, 5060);
  EXPECT_EQ(parsed("<deviceSecurityMode>3</deviceSecurityMode>" + srst).srst.at(0).port, 5061);
}

}  // namespace
}  // namespace phone::policy
