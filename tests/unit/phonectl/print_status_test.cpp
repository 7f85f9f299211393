// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/print_status.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "tools/phonectl/json.hpp"
#include "tools/phonectl/network/print_network.hpp"
#include "tools/phonectl/print_calls.hpp"
#include "tools/phonectl/print_settings.hpp"

namespace phone::phonectl {
namespace {

using testing::HasSubstr;
using testing::Not;

phone::gateway::v1::PhoneStatus parse(const char* text) {
  phone::gateway::v1::PhoneStatus status;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &status));
  return status;
}

constexpr const char* kSecureCall = R"(
  network { port: "eth0" link_up: true hardware_address: "0a:1b:2c:3d:4e:5f" address: "192.0.2.10" speed_megabits: 1000
            provisioning_server: "192.0.2.1" provisioning_source: "option 150" }
  provisioning { stage: STAGE_COMPLETE server: "192.0.2.1" policy_version: 7
                 file { name: "SEP0A1B2C3D4E5F.cnf.xml.enc.sgn" state: FILE_STATE_ACCEPTED encrypted: true }
                 file { name: "CTLSEP0A1B2C3D4E5F.tlv" state: FILE_STATE_REFUSED reason: "signed by a stranger" } }
  security { security_mode: "Encrypted" lsc: "Installed" ctl_signature: "aa" itl_signature: "bb"
             signed_files_required: true tls_minimum: "TLS 1.2" }
  certificates { device_name: "SEP0A1B2C3D4E5F"
                 certificate { kind: CERTIFICATE_KIND_LSC subject: "CN=SEP0A1B2C3D4E5F" key: "RSA 2048"
                               not_after { seconds: 1763931845 } } }
  signaling { registered: true
              registration { server: "cucm-pub" state: REGISTRATION_STATE_REGISTERED tls_version: "TLSv1.3"
                             cipher_suite: "TLS_AES_256_GCM_SHA384" client_certificate: "LSC" active: true }
              call { call: "1" remote_number: "2001" state: CALL_STATE_ESTABLISHED codec: "PCMU" stream: "s1"
                     secure_tone_played: true
                     security { level: SECURITY_LEVEL_ENCRYPTED icon: ICON_LOCK to_call_manager_only: true } } }
  media { stream { stream: "s1" sending: true sending_encrypted: true transmit_suite: "AEAD_AES_256_GCM"
                   packets_sent: 50 receiving: true receiving_encrypted: false packets_received: 49 } }
)";

TEST(PhonectlStatus, SettingsReadAsTheMenu) {
  EXPECT_EQ(print_security(parse(kSecureCall), {}),
            "security mode            Encrypted\n"
            "LSC                      Installed\n"
            "CTL signature            aa\n"
            "ITL signature            bb\n"
            "signed files             required\n"
            "configuration signature  unknown\n"
            "FIPS mode                off\n"
            "TLS minimum              TLS 1.2\n");
}

TEST(F98_UnknownApartFromFalse, JsonHasFalseAndLeavesOutWhatIsUnknown) {
  phone::gateway::v1::SecuritySettings security;
  security.set_fips(false);
  EXPECT_EQ(to_json(security, false), "{\"fips\":false}\n");
}

TEST(PhonectlStatus, SettingsInForceHaveRowsWithThreeStates) {
  EXPECT_THAT(print_security(parse(R"(security { setting { element: "vendorConfig/garp" state: SETTING_STATE_ON }
                 setting { element: "vendorConfig/webAccess" state: SETTING_STATE_OFF note: "enabled, but nothing listens" }
                 setting { element: "vendorConfig/pcPort" state: SETTING_STATE_UNKNOWN }
                 setting { element: "vendorConfig/other" state: SETTING_STATE_ON } })"),
                             {}),
              testing::EndsWith("TLS minimum              unknown\n"
                                "web access               off: enabled, but nothing listens\n"
                                "PC port                  unknown\n"
                                "gratuitous ARP           on\n"));
}

TEST(PhonectlSettings, TellConfiguredAndInForceApart) {
  phone::policy::v1::ListSettingsReply settings;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"x(setting { element: "vendorConfig/garp" support: SETTING_SUPPORT_OBEYED configured: "0" level: SETTING_LEVEL_COMMON obeyed_by: "network_access" }
         setting { element: "vendorConfig/bluetooth" support: SETTING_SUPPORT_NOT_SUPPORTED configured: "1" level: SETTING_LEVEL_ENTERPRISE }
         setting { element: "vendorConfig/gapr" support: SETTING_SUPPORT_UNKNOWN level: SETTING_LEVEL_DEVICE meant: "vendorConfig/garp" }
         setting { element: "vendorConfig/tls12Only" support: SETTING_SUPPORT_NO_EFFECT configured: "1" level: SETTING_LEVEL_DEVICE }
         setting { element: "callWaiting" support: SETTING_SUPPORT_OBEYED configured: "3" level: SETTING_LEVEL_DEVICE locked: true obeyed_by: "signaling" }
         setting { element: "kpml" support: SETTING_SUPPORT_OBEYED otherwise: "0 (off)" obeyed_by: "signaling" })x",
      &settings));
  const auto status = parse(
      R"(security { setting { element: "vendorConfig/garp" state: SETTING_STATE_OFF note: "refused by the kernel" } })");
  EXPECT_EQ(print_settings(settings, status.security(), false, {}),
            "vendorConfig/garp       0 (common profile)  in force: off: refused by the kernel\n"
            "vendorConfig/bluetooth  1 (enterprise)      not supported\n"
            "vendorConfig/gapr       (device)            unknown element; did you mean vendorConfig/garp?\n"
            "vendorConfig/tls12Only  1 (device)          has no effect\n"
            "callWaiting             3 (device, locked)  obeyed by signaling\n");
  EXPECT_THAT(print_settings(settings, status.security(), true, {}),
              HasSubstr("kpml                    default: 0 (off)    obeyed by signaling\n"));
}

TEST(PhonectlStatus, UnknownIsNotOff) {
  const std::string text = print_security(parse(R"(unreachable: "policy" unreachable: "trust_store")"), {});
  EXPECT_THAT(text, HasSubstr("FIPS mode                unknown\n"));
  EXPECT_THAT(text, HasSubstr("signed files             unknown\n"));
  EXPECT_THAT(text, HasSubstr("LSC                      unknown\n"));
}

TEST(PhonectlStatus, NamesEverySubject) {
  const std::string text = print_status(parse(kSecureCall), {});
  EXPECT_THAT(text, testing::StartsWith("SEP0A1B2C3D4E5F\n\nNetwork\n  link          up, 1000 Mbit/s\n"));
  EXPECT_THAT(text, HasSubstr("provisioning  192.0.2.1 (option 150)\n"));
  EXPECT_THAT(text, HasSubstr("SEP0A1B2C3D4E5F.cnf.xml.enc.sgn  accepted  encrypted\n"));
  EXPECT_THAT(text, HasSubstr("CTLSEP0A1B2C3D4E5F.tlv           refused              signed by a stranger\n"));
  EXPECT_THAT(text, HasSubstr("cucm-pub  registered, TLSv1.3, TLS_AES_256_GCM_SHA384, with the LSC, active\n"));
  EXPECT_THAT(text, HasSubstr("LSC  CN=SEP0A1B2C3D4E5F  RSA 2048  until 2025-11-23\n"));
  EXPECT_THAT(text, Not(HasSubstr("not responding")));
  EXPECT_THAT(text, Not(HasSubstr(" \n")));
}

TEST(PhonectlNetwork, SwitchAndVoiceVlanAreShownAsTheyAreInForce) {
  const auto shown = [](const char* network) { return print_network(parse(network), {}); };
  const std::string followed = shown(
      R"(network { link_up: true voice_vlan: 100 voice_vlan_in_force: 100 lldp_running: true
                   neighbour { system: "access-1" port: "Gi1/0/7" protocol: "LLDP" } })");
  EXPECT_THAT(followed, HasSubstr("Gi1/0/7 (LLDP)\n"));
  EXPECT_THAT(followed, HasSubstr("100, in force\n"));
  EXPECT_THAT(followed, Not(HasSubstr("lldpd")));
  const std::string refused =
      shown(R"(network { link_up: true voice_vlan: 100 neighbour { system: "access-1" protocol: "CDPv2" } })");
  EXPECT_THAT(refused, HasSubstr("none (native VLAN); the switch announces 100\n"));
  EXPECT_THAT(refused, HasSubstr("lldpd is not running\n"));
}

TEST(PhonectlStatus, SilentServiceIsNamedAndItsPartUnknown) {
  const std::string text = print_status(parse(R"(unreachable: "signaling" unreachable: "media")"), {});
  EXPECT_THAT(text, HasSubstr("not responding: signaling, media\n"));
  EXPECT_THAT(text, HasSubstr("Registration\n  unknown\n"));
}

TEST(PhonectlCalls, UnencryptedMediaIsShownInTheCall) {
  const auto status = parse(kSecureCall);
  EXPECT_EQ(print_calls(status.signaling(), status.media(), {}),
            "call 1 to 2001, established\n"
            "  security  encrypted (lock), to the call manager only\n"
            "  codec     PCMU\n"
            "  media     sending SRTP AEAD_AES_256_GCM, 50 packets\n"
            "            receiving RTP, not encrypted, 49 packets\n"
            "  quality   0 lost, 0 late, jitter 0.0 ms\n"
            "  tone      secure tone played\n");
}

TEST(PhonectlCalls, WeakestPartIsGivenWithItsReason) {
  const auto status = parse(R"(signaling { call { call: "1" incoming: true remote_number: "2001" remote_name: "Ann"
      state: CALL_STATE_ESTABLISHED
      security { level: SECURITY_LEVEL_AUTHENTICATED icon: ICON_SHIELD weakest_part: "far end" reason: "no SRTP" } } })");
  EXPECT_EQ(call_line(status.signaling().call(0)),
            "call 1 from Ann (2001): established, authenticated (shield); weakest part far end: no SRTP");
}

TEST(PhonectlCalls, RingingCallHasNeitherSecurityNorQuality) {
  const auto status = parse(R"(
      signaling { call { call: "2" incoming: true remote_number: "2001" state: CALL_STATE_RINGING_IN stream: "s2"
                         security { level: SECURITY_LEVEL_UNKNOWN to_call_manager_only: true } } }
      media { stream { stream: "s2" } })");
  EXPECT_EQ(print_calls(status.signaling(), status.media(), {}), "call 2 from 2001, ringing\n");
}

TEST(PhonectlCalls, ToneOfACallThatBecameNonsecureIsShown) {
  const auto status = parse(R"(signaling { call { call: "3" remote_number: "2001" state: CALL_STATE_ESTABLISHED
      secure_tone_played: true security { level: SECURITY_LEVEL_NOT_AUTHENTICATED } } })");
  EXPECT_THAT(print_calls(status.signaling(), status.media(), {}),
              HasSubstr("  tone      secure tone played before the call became nonsecure\n"));
}

TEST(PhonectlRegistration, EachStateSaysWhatHolds) {
  const auto status = parse(R"x(signaling {
      registration { server: "pub" state: REGISTRATION_STATE_REFUSED tls_version: "TLSv1.3" cipher_suite: "S"
                     client_certificate: "MIC" reason: "403 Forbidden (SIP trunk mode not allowed)" }
      registration { server: "sub" state: REGISTRATION_STATE_REGISTERED active: true }
      registration { server: "srst" state: REGISTRATION_STATE_DOWN srst: true }
      registration { server: "old" state: REGISTRATION_STATE_DOWN reason: "connection refused" } })x");
  EXPECT_EQ(print_registrations(status.signaling(), {}),
            "pub   refused: 403 Forbidden (SIP trunk mode not allowed); TLSv1.3, S, with the MIC\n"
            "sub   registered, TCP, not protected, active\n"
            "srst  standby, connected only when no call manager answers\n"
            "old   down: connection refused\n");
}

TEST(F7_F27_PhonectlRegistration, SaysWhatIsLimitedAndWhyThereIsNoToken) {
  const auto status = parse(R"x(signaling {
      registration { server: "srst" state: REGISTRATION_STATE_REGISTERED active: true srst: true limited: "no park" }
      authorization { reason: "no code" } })x");
  EXPECT_EQ(print_registrations(status.signaling(), {}),
            "srst           registered, TCP, not protected, active\n"
            "limited        no park\n"
            "authorization  no code\n");
}

TEST(F77_PhonectlCalls, APrecedenceHasItsWordAndLevel) {
  const auto status = parse(R"(signaling { call { call: "3" remote_number: "2001" state: CALL_STATE_RINGING_IN
      incoming: true precedence: PRECEDENCE_FLASH_OVERRIDE } })");
  EXPECT_THAT(print_calls(status.signaling(), status.media(), {}), HasSubstr("flash override (5)\n"));
}

TEST(PhonectlNetwork, WlanWithAKeyHasSecurityAndNoMethod) {
  const std::string text = print_network(parse(R"(network { wlan {
      access { state: ACCESS_STATE_AUTHENTICATED } ssid: "office" security: "WPA2-PSK" access_point: "02:00:00:00:00:01"
      frequency_megahertz: 5180 key_management: "WPA2-PSK" cipher: "CCMP" } })"),
                                         {});
  EXPECT_THAT(text, HasSubstr("WPA2-PSK, AES, PMF off\n"));
  EXPECT_THAT(text, Not(HasSubstr("method")));
}

TEST(F68_PhonectlNetwork, EachFactOfTheWlanInForceHasItsRow) {
  const std::string text = print_network(
      parse(R"pb(network {
                   wlan {
                     access {
                       state: ACCESS_STATE_AUTHENTICATED
                       profile_source: "the configuration"
                       server_name: "radius.lab"
                       authority: "CN=Root (the trust lists)"
                     }
                     ssid: "office"
                     compatible: true
                     band: WLAN_BAND_5
                     fast_roaming: "802.11r over the DS"
                     locked: true
                     choice { ssid: "office" in_force: true }
                     choice { ssid: "home" source: "the phone's menu" method: "WPA2-PSK" refused: "switched off" }
                   }
                 })pb"),
      {});
  for (const char* part : {"profile of ", "the configuration\n", "server must be ", "radius.lab\n", "trusted CA ",
                           "CN=Root (the trust lists)\n", "802.11r over the DS\n", "5 GHz only\n",
                           "on: TKIP is offered besides AES\n", "by the configuration: it cannot be changed here\n",
                           "home, WPA2-PSK, of the phone's menu; not used: switched off\n"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(F95_PhonectlNetwork, SaysByWhatTheTimeIsKnownAndWhatHoldsBeforeIt) {
  const std::string text = print_network(parse(R"(network { time {
      text: "by NTP" server: "10.0.0.9" server_source: "configuration" floor { seconds: 1700000000 }
      floor_source: "a trust list's signature" time_zone: "Asia/Tokyo" date_template: "D.M.YY" } })"),
                                         {});
  for (const char* part : {"by NTP\n", "10.0.0.9 (configuration)\n", "2023-11-14 22:13:20 (a trust list's signature)\n",
                           "Asia/Tokyo\n", "D.M.YY\n"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(F95_PhonectlText, TimesAreWrittenAsOnThePhone) {
  google::protobuf::Timestamp moment;
  moment.set_seconds(1700000000);
  EXPECT_EQ(when(as_on_phone({}, "Asia/Tokyo", "D.M.YYA"), moment), "15.11.2023 7:13:20 AM");
  EXPECT_EQ(date(as_on_phone({}, "Asia/Tokyo", "D.M.YYA"), moment), "15.11.2023");
  EXPECT_EQ(when(as_on_phone({}, "No/Such", "%n"), moment), "2023-11-14 22:13:20") << "as it was";
  EXPECT_EQ(when(as_on_phone({}, "Asia/Tokyo", "D/M/Y"), {}), "");
}

TEST(PhonectlNetwork, PacIsTalkedOfWhileAuthenticatingOnly) {
  const auto shown = [](const char* network) { return print_network(parse(network), {}); };
  EXPECT_THAT(shown(R"(network { wired_access { state: ACCESS_STATE_AUTHENTICATING provisioning: true } })"),
              HasSubstr("authenticating, being provisioned with an access credential (PAC)"));
  EXPECT_THAT(shown(R"(network { wired_access { state: ACCESS_STATE_HELD provisioning: true } })"),
              Not(HasSubstr("PAC")));
}

TEST(PhonectlNetwork, StoryOfAnAuthenticationIsToldInOrder) {
  const std::string text = print_network(parse(R"(network { wired_access {
      state: ACCESS_STATE_UNPROVEN own_certificate: "LSC, issued by CN=CAPF"
      story { at { seconds: 1700000000 nanos: 7000000 } by: ACCESS_PARTY_SERVER what: "offered EAP-TLS" }
      story { at { seconds: 1700000001 } by: ACCESS_PARTY_PHONE what: "chose EAP-TLS" } } })"),
                                         {});
  EXPECT_THAT(text, HasSubstr("let in without authentication"));
  EXPECT_THAT(text, HasSubstr("LSC, issued by CN=CAPF"));
  const auto offered = text.find("2023-11-14 22:13:20.007  server offered EAP-TLS");
  const auto chose = text.find("2023-11-14 22:13:21.000  phone chose EAP-TLS");
  EXPECT_NE(offered, std::string::npos) << text;
  EXPECT_NE(chose, std::string::npos) << text;
  EXPECT_LT(offered, chose);
}

TEST(PhonectlStatus, EndedCallSaysByWhom) {
  const auto status = parse(R"(signaling { call { call: "7" remote_number: "2001" state: CALL_STATE_ENDED
                               ended_by: "the far end hung up" } })");
  EXPECT_EQ(call_line(status.signaling().call(0)), "call 7 to 2001: ended, the far end hung up");
}

TEST(PhonectlStatus, JsonIsWhatEveryProtobufLibraryReads) {
  EXPECT_EQ(to_json(parse("security { security_mode: \"Encrypted\" }"), false),
            "{\"security\":{\"securityMode\":\"Encrypted\"}}\n");
}

}  // namespace
}  // namespace phone::phonectl
