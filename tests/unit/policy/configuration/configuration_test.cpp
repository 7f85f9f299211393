// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/configuration.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace phone::policy {
namespace {

std::string device(const std::string& inside) { return "<?xml version=\"1.0\"?><device>" + inside + "</device>"; }

TEST(F22_SecurityProfile, SampleOfTheFieldGuideIsReadWhole) {
  const std::filesystem::path path = PHONE_SHARED_DIR "/testdata/cisco/cnf/SEP0A1B2C3D4E5F.cnf.xml";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no test data at " << path;
  std::ifstream in(path, std::ios::binary);
  const std::string xml((std::istreambuf_iterator<char>(in)), {});
  const auto configuration = parse_configuration(xml);
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  EXPECT_TRUE(configuration->full);
  EXPECT_FALSE(configuration->encrypted_file_wanted);
  EXPECT_EQ(configuration->security_mode, SecurityMode::kEncrypted);
  EXPECT_EQ(configuration->transport, Transport::kTls);
  ASSERT_EQ(configuration->call_managers.size(), 2U);
  EXPECT_EQ(configuration->call_managers[0].address, "127.0.0.1");
  EXPECT_EQ(configuration->call_managers[0].secure_sip_port, 5061);
  EXPECT_EQ(configuration->call_managers[1].name, "cucm-sub");
  ASSERT_EQ(configuration->tvs.size(), 2U);
  EXPECT_EQ(configuration->tvs[1].port, 2445);
  ASSERT_EQ(configuration->srst.size(), 1U);
  EXPECT_EQ(configuration->srst[0].port, 5061);
  EXPECT_TRUE(configuration->srst_secure);
  ASSERT_EQ(configuration->capf.size(), 1U);
  EXPECT_EQ(configuration->capf[0].port, 3804);
  EXPECT_FALSE(configuration->web_access);
  EXPECT_TRUE(configuration->gratuitous_arp) << "0 is on";
  EXPECT_FALSE(configuration->pc_port_disabled);
  EXPECT_EQ(configuration->eap_authentication, EapAuthentication::kEnabled);
  EXPECT_EQ(configuration->settings_access, SettingsAccess::kEnabled);
  EXPECT_EQ(configuration->version_stamp, "{Lab 0001}");
}

TEST(F25_PhoneHardening, SilentConfigurationIsStrict) {
  const auto configuration = parse_configuration(device(""));
  ASSERT_TRUE(configuration.ok());
  EXPECT_FALSE(configuration->web_access);
  EXPECT_FALSE(configuration->gratuitous_arp);
  EXPECT_FALSE(configuration->voice_vlan_access);
  EXPECT_FALSE(configuration->diagnostics_door);
  EXPECT_FALSE(configuration->srtp_fallback);
  EXPECT_FALSE(configuration->call_forks);
  EXPECT_EQ(configuration->tls, tls::Policy{});
  EXPECT_EQ(configuration->srtp_suites.front(), "AEAD_AES_256_GCM");
}

struct SwitchRow {
  const char* xml;
  bool web;
  bool pc_port_disabled;
  bool speaker_disabled;
  bool garp;
};
class F25_PhoneHardening_Table : public testing::TestWithParam<SwitchRow> {};
TEST_P(F25_PhoneHardening_Table, InvertedSwitchesReadAsTheirLegendSays) {
  const auto configuration =
      parse_configuration(device(std::string("<vendorConfig>") + GetParam().xml + "</vendorConfig>"));
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  EXPECT_EQ(configuration->web_access, GetParam().web);
  EXPECT_EQ(configuration->pc_port_disabled, GetParam().pc_port_disabled);
  EXPECT_EQ(configuration->speaker_disabled, GetParam().speaker_disabled);
  EXPECT_EQ(configuration->gratuitous_arp, GetParam().garp);
}
INSTANTIATE_TEST_SUITE_P(Switches, F25_PhoneHardening_Table,
                         testing::Values(SwitchRow{"", false, false, false, false},
                                         SwitchRow{"<webAccess>0</webAccess>", true, false, false, false},
                                         SwitchRow{"<webAccess>1</webAccess>", false, false, false, false},
                                         SwitchRow{"<webAccess>2</webAccess>", false, false, false, false},
                                         SwitchRow{"<pcPort>1</pcPort>", false, true, false, false},
                                         SwitchRow{"<disableSpeaker>True</disableSpeaker>", false, false, true, false},
                                         SwitchRow{"<disableSpeakerAndHeadset>1</disableSpeakerAndHeadset>", false,
                                                   false, true, false},
                                         SwitchRow{"<garp>0</garp>", false, false, false, true},
                                         SwitchRow{"<garp>1</garp>", false, false, false, false},
                                         SwitchRow{"<garp>enabled</garp>", false, false, false, true}));

struct DiscoveryRow {
  const char* xml;
  bool cdp_switch, cdp_pc, lldp_switch, lldp_pc, voice_vlan;
};
class F25_WhatThePhoneTellsNeighbours_Table : public testing::TestWithParam<DiscoveryRow> {};
TEST_P(F25_WhatThePhoneTellsNeighbours_Table, EachProtocolAndPortHasItsSwitch) {
  const auto read = parse_configuration(device(std::string("<vendorConfig>") + GetParam().xml + "</vendorConfig>"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->cdp_switch_port, GetParam().cdp_switch);
  EXPECT_EQ(read->cdp_pc_port, GetParam().cdp_pc);
  EXPECT_EQ(read->lldp_switch_port, GetParam().lldp_switch);
  EXPECT_EQ(read->lldp_pc_port, GetParam().lldp_pc);
  EXPECT_EQ(read->voice_vlan, GetParam().voice_vlan);
}
INSTANTIATE_TEST_SUITE_P(
    Switches, F25_WhatThePhoneTellsNeighbours_Table,
    testing::Values(DiscoveryRow{"", true, false, true, false, true},
                    DiscoveryRow{"<enableCdpSwPort>0</enableCdpSwPort>", false, false, true, false, true},
                    DiscoveryRow{"<enableCdpPcPort>1</enableCdpPcPort>", true, true, true, false, true},
                    DiscoveryRow{"<enableLldpSwPort>0</enableLldpSwPort>", true, false, false, false, true},
                    DiscoveryRow{"<enableLldpPcPort>1</enableLldpPcPort>", true, false, true, true, true},
                    DiscoveryRow{"<voiceVlan>false</voiceVlan>", true, false, true, false, false}));

TEST(F25_PhoneHardening, WifiZeroSilencesTheRadio) {
  for (const auto& [text, off] : {std::pair("", false), std::pair("1", false), std::pair("0", true)}) {
    const auto configuration =
        parse_configuration(device(std::string("<vendorConfig><wifi>") + text + "</wifi></vendorConfig>"));
    ASSERT_TRUE(configuration.ok());
    EXPECT_EQ(configuration->wlan_disabled, off) << text;
  }
}

TEST(F25_PhoneHardening, DeviceWinsOverCommonProfileAndThatOverEnterprise) {
  const auto configuration = parse_configuration(
      device("<vendorConfig><webAccess>1</webAccess></vendorConfig>"
             "<commonConfig><vendorConfig><webAccess>0</webAccess><pcPort>1</pcPort></vendorConfig></commonConfig>"
             "<enterpriseConfig><pcPort>0</pcPort><settingsAccess>2</settingsAccess></enterpriseConfig>"));
  ASSERT_TRUE(configuration.ok());
  EXPECT_FALSE(configuration->web_access);
  EXPECT_TRUE(configuration->pc_port_disabled);
  EXPECT_EQ(configuration->settings_access, SettingsAccess::kRestricted);
}

struct FloorRow {
  const char* said;
  std::uint16_t client, server;
};
class F72_TlsMinimum_Table : public testing::TestWithParam<FloorRow> {};
TEST_P(F72_TlsMinimum_Table, ClientAndServerApartAndTogether) {
  const auto configuration =
      parse_configuration(device(std::string("<vendorConfig>") + GetParam().said + "</vendorConfig>"));
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  EXPECT_EQ(configuration->tls.client_minimum, GetParam().client);
  EXPECT_EQ(configuration->tls.server_minimum, GetParam().server);
}
#define BOTH(version) "<tlsMinimumVersion>" version "</tlsMinimumVersion>"
#define CLIENT(version) "<tlsClientMinimumVersion>" version "</tlsClientMinimumVersion>"
#define SERVER(version) "<tlsServerMinimumVersion>" version "</tlsServerMinimumVersion>"
INSTANTIATE_TEST_SUITE_P(Versions, F72_TlsMinimum_Table,
                         testing::Values(FloorRow{"", 0x0303, 0x0303}, FloorRow{BOTH("1.0"), 0x0301, 0x0301},
                                         FloorRow{BOTH("1.1"), 0x0302, 0x0302}, FloorRow{BOTH("1.2"), 0x0303, 0x0303},
                                         FloorRow{BOTH("1.3"), 0x0304, 0x0304}, FloorRow{CLIENT("1.3"), 0x0304, 0x0303},
                                         FloorRow{SERVER("1.0"), 0x0303, 0x0301},
                                         FloorRow{BOTH("1.3") SERVER("1.2"), 0x0304, 0x0303},
                                         FloorRow{"<fipsMode>1</fipsMode>" CLIENT("1.3"), 0x0304, 0x0303},
                                         FloorRow{"<tls12Only>0</tls12Only>", 0x0303, 0x0303}));

struct TlsRefusedRow {
  const char* said;
  const char* why;
};
class F3_F72_TlsRefused_Table : public testing::TestWithParam<TlsRefusedRow> {};
TEST_P(F3_F72_TlsRefused_Table, NamesElementAndReason) {
  const auto configuration =
      parse_configuration(device(std::string("<vendorConfig>") + GetParam().said + "</vendorConfig>"));
  ASSERT_FALSE(configuration.ok());
  EXPECT_NE(configuration.status().message().find(GetParam().why), std::string::npos) << configuration.status();
}
INSTANTIATE_TEST_SUITE_P(
    Rows, F3_F72_TlsRefused_Table,
    testing::Values(TlsRefusedRow{"<fipsMode>1</fipsMode>" BOTH("1.1"), "TLS 1.1 is not allowed in FIPS mode"},
                    TlsRefusedRow{"<fipsMode>1</fipsMode>" SERVER("1.0"), "TLS 1.0 is not allowed in FIPS mode"},
                    TlsRefusedRow{CLIENT("1.4"), "unknown TLS version"},
                    TlsRefusedRow{"<disableTLSCiphers>4,9</disableTLSCiphers>", "unknown entry 9"},
                    TlsRefusedRow{"<disableTLSCiphers>4,5,6,7</disableTLSCiphers>", "no cipher suite would be left"}));

TEST(F25_PhoneHardening, TlsSuitesAreSwitchedOffByNumber) {
  const auto configuration =
      parse_configuration(device("<vendorConfig><disableTLSCiphers>2, 4,5</disableTLSCiphers></vendorConfig>"));
  ASSERT_TRUE(configuration.ok());
  EXPECT_EQ(configuration->tls.switched_off, 1U << 2 | 1U << 4 | 1U << 5);
}

TEST(F37_EnableFips, OnlyTheConfigurationFieldSwitchesIt) {
  EXPECT_FALSE(parse_configuration(device(""))->tls.fips);
  EXPECT_TRUE(parse_configuration(device("<vendorConfig><fipsMode>true</fipsMode></vendorConfig>"))->tls.fips);
}

struct ModeRow {
  int mode;
  int transport;
  Transport expected;
};
class F22_SecurityProfile_Table : public testing::TestWithParam<ModeRow> {};
TEST_P(F22_SecurityProfile_Table, TlsGoesWithASecureDeviceAndNeverWithout) {
  const auto configuration = parse_configuration(device(
      "<deviceSecurityMode>" + std::to_string(GetParam().mode) + "</deviceSecurityMode><transportLayerProtocol>" +
      std::to_string(GetParam().transport) + "</transportLayerProtocol>"));
  ASSERT_TRUE(configuration.ok());
  EXPECT_EQ(configuration->transport, GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Modes, F22_SecurityProfile_Table,
                         testing::Values(ModeRow{1, 1, Transport::kTcp}, ModeRow{1, 2, Transport::kUdp},
                                         ModeRow{1, 3, Transport::kTcp}, ModeRow{1, 4, Transport::kTcp},
                                         ModeRow{2, 3, Transport::kTls}, ModeRow{3, 3, Transport::kTls},
                                         ModeRow{3, 1, Transport::kTls}));

TEST(F75_DigestUser, LineCredentialsAreRead) {
  const auto configuration = parse_configuration(device(
      "<sipProfile><sipLines><line button=\"1\"><featureID>9</featureID><proxy>USECALLMANAGER</proxy><name>1001</name>"
      "<displayName>Ada</displayName><authName>ada</authName><authPassword>s3cret</authPassword></line>"
      "<line button=\"2\"><featureID>2</featureID><speedDialNumber>9</speedDialNumber></line>"
      "<line button=\"3\"><name>1002</name></line></sipLines></sipProfile>"));
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  ASSERT_EQ(configuration->lines.size(), 2U);
  EXPECT_EQ(configuration->lines[0].directory_number, "1001");
  EXPECT_EQ(configuration->lines[0].auth_password, "s3cret");
  EXPECT_EQ(configuration->lines[1].number, 3U);
}

TEST(F89_OneActiveCall, TheBusyTriggerIsOneWithoutCallWaiting) {
  const auto triggers = [](const std::string& line) {
    const auto configuration = parse_configuration(
        device("<sipProfile><sipLines><line><name>1001</name>" + line + "</line></sipLines></sipProfile>"));
    if (!configuration.ok() || configuration->lines.size() != 1) return std::pair{99U, 99U};
    return std::pair{configuration->lines[0].max_calls, configuration->lines[0].busy_trigger};
  };
  EXPECT_EQ(triggers(""), (std::pair{0U, 0U}));
  EXPECT_EQ(triggers("<maxNumCalls>4</maxNumCalls><busyTrigger>2</busyTrigger>"), (std::pair{4U, 2U}));
  for (const char* on : {"1", "3"})
    EXPECT_EQ(triggers(std::string("<callWaiting>") + on + "</callWaiting><busyTrigger>2</busyTrigger>").second, 2U);
  for (const char* off : {"0", "2"})
    EXPECT_EQ(triggers(std::string("<callWaiting>") + off + "</callWaiting><busyTrigger>2</busyTrigger>").second, 1U);
}

TEST(F92_Lines, ALineHasALabelAContactAndItsOwnSettings) {
  const auto configuration = parse_configuration(
      device("<MissedCallLoggingOption>10</MissedCallLoggingOption><sipProfile><sipLines>"
             "<line button=\"1\"><featureID>9</featureID><featureLabel>Desk</featureLabel><name>1001</name>"
             "<contact>5a6f</contact><autoAnswer><autoAnswerEnabled>3</autoAnswerEnabled>"
             "<autoAnswerMode>Auto Answer with Headset</autoAnswerMode></autoAnswer></line>"
             "<line button=\"2\"><featureID>2</featureID><featureLabel>Help</featureLabel>"
             "<speedDialNumber>1002,,77</speedDialNumber></line>"
             "<line button=\"3\"><featureID>9</featureID><name>1003</name><autoAnswer>"
             "<autoAnswerEnabled>2</autoAnswerEnabled></autoAnswer></line>"
             "<line button=\"4\"><featureID>21</featureID><speedDialNumber>1004</speedDialNumber></line>"
             "<line button=\"5\"><featureID>9</featureID><name>1005</name><autoAnswer>"
             "<autoAnswerEnabled>1</autoAnswerEnabled></autoAnswer></line></sipLines></sipProfile>"));
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  const auto& lines = configuration->lines;
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].label, "Desk");
  EXPECT_EQ(lines[0].contact, "5a6f");
  EXPECT_EQ(lines[0].auto_answer, AutoAnswer::kHeadset);
  EXPECT_EQ(lines[1].auto_answer, AutoAnswer::kOff);
  EXPECT_EQ(lines[2].auto_answer, AutoAnswer::kSpeaker);
  EXPECT_TRUE(lines[0].keeps_missed_calls);
  EXPECT_FALSE(lines[1].keeps_missed_calls);
  EXPECT_TRUE(lines[2].keeps_missed_calls);
  ASSERT_EQ(configuration->speed_dials.size(), 2U);
  EXPECT_EQ(configuration->speed_dials[0], (SpeedDialEntry{.label = "Help", .number = "1002,,77"}));
  EXPECT_EQ(configuration->speed_dials[1].number, "1004");
  EXPECT_FALSE(configuration->speed_dials[0].watched);
  EXPECT_TRUE(configuration->speed_dials[1].watched);
  EXPECT_FALSE(configuration->speed_dials[1].pickup);
  EXPECT_FALSE(lines[0].shared);
}

// Button 22: directed park.
TEST(F94_DirectedPark, AButtonNamesTheNumberAndItsPrefix) {
  const auto configuration =
      parse_configuration(device("<sipProfile><sipLines>"
                                 "<line button=\"1\"><featureID>9</featureID><name>1001</name></line>"
                                 "<line button=\"2\"><featureID>22</featureID><featureLabel>Park</featureLabel>"
                                 "<speedDialNumber>701</speedDialNumber><retrievalPrefix>*8</retrievalPrefix></line>"
                                 "<line button=\"3\"><featureID>22</featureID><speedDialNumber>702</speedDialNumber>"
                                 "<retrievalPrefix>8,8</retrievalPrefix></line></sipLines></sipProfile>"));
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  ASSERT_EQ(configuration->speed_dials.size(), 2U);
  EXPECT_EQ(
      configuration->speed_dials[0],
      (SpeedDialEntry{.label = "Park", .number = "701", .watched = true, .park_slot = true, .retrieval_prefix = "*8"}));
  EXPECT_TRUE(configuration->speed_dials[1].park_slot);
  EXPECT_EQ(configuration->speed_dials[1].retrieval_prefix, "") << "a comma is no key";
}

TEST(F94_ServiceUris, AreReadByTheirUserPartAndNothingElse) {
  const auto configuration = parse_configuration(device(
      "<sipProfile><sipCallFeatures><callForwardURI>x-serviceuri-cfwdall</callForwardURI>"
      "<callPickupURI>sip:x-pick@cucm</callPickupURI><callPickupListURI>x-list</callPickupListURI>"
      "<callPickupGroupURI>x?y=z</callPickupGroupURI><meetMeServiceURI>x-meet</meetMeServiceURI></sipCallFeatures>"
      "<sipLines><line><featureID>9</featureID><name>1001</name><sharedLine>true</sharedLine></line>"
      "<line><featureID>21</featureID><speedDialNumber>1005</speedDialNumber><featureOptionMask>1</featureOptionMask>"
      "</line></sipLines></sipProfile>"));
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  EXPECT_EQ(configuration->feature_uris, (FeatureUriEntry{.forward_all = "x-serviceuri-cfwdall",
                                                          .pickup = "x-pick",
                                                          .other_pickup = "x-list",
                                                          .group_pickup = "",
                                                          .meet_me = "x-meet"}));
  EXPECT_TRUE(configuration->lines.at(0).shared);
  EXPECT_TRUE(configuration->speed_dials.at(0).pickup);
}

TEST(F91_Kpml, TimersAndNumbersOfDiallingAreRead) {
  const auto configuration = parse_configuration(
      device("<sipProfile><kpml>3</kpml><T302Timer>6000</T302Timer><autoAnswerTimer>4</autoAnswerTimer>"
             "<offhookToFirstDigitTimer>9000</offhookToFirstDigitTimer></sipProfile><vendorConfig>"
             "<emergencyNumbers>112, 911</emergencyNumbers><holdReversionDuration>60</holdReversionDuration>"
             "<holdReversionInterval>40</holdReversionInterval></vendorConfig>"));
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  EXPECT_EQ(configuration->kpml, 3U);
  EXPECT_EQ(configuration->inter_digit_milliseconds, 6000U);
  EXPECT_EQ(configuration->off_hook_milliseconds, 9000U);
  EXPECT_EQ(configuration->auto_answer_seconds, 4U);
  EXPECT_EQ(configuration->emergency_numbers, (std::vector<std::string>{"112", "911"}));
  EXPECT_EQ(configuration->hold_reversion_seconds, 60U);
  EXPECT_EQ(configuration->hold_reversion_interval_seconds, 40U);
  Remarks remarks;
  const auto odd = parse_configuration(device("<vendorConfig><emergencyNumbers>112,police</emergencyNumbers>"
                                              "<holdReversionDuration>long</holdReversionDuration></vendorConfig>"),
                                       &remarks);
  ASSERT_TRUE(odd.ok()) << odd.status();
  EXPECT_EQ(odd->emergency_numbers, std::vector<std::string>{"112"});
  EXPECT_EQ(odd->hold_reversion_seconds, 0U);
  EXPECT_EQ(remarks.sentences,
            (std::vector<std::string>{"vendorConfig/emergencyNumbers: not a number: police; the rest is used",
                                      "vendorConfig/holdReversionDuration: not a number from 0 to 86400; 0 is used"}));
}

TEST(F95_TimeZone, TheOlsonNameComesFirst) {
  const auto zone = [](const std::string& olson, const std::string& other) {
    const auto configuration =
        parse_configuration(device("<devicePool><dateTimeSetting><timeZone>" + other + "</timeZone><olsonTimeZone>" +
                                   olson + "</olsonTimeZone></dateTimeSetting></devicePool>"));
    return configuration.ok() ? configuration->time_zone : configuration.status().ToString();
  };
  EXPECT_EQ(zone("America/Argentina/Buenos_Aires", "GMT Standard/Daylight Time"), "America/Argentina/Buenos_Aires");
  EXPECT_EQ(zone("", "Eastern Standard/Daylight Time"), "America/New_York");
  EXPECT_EQ(zone("", "india standard time"), "Asia/Kolkata");
  EXPECT_EQ(zone("", "Central Europe Standard/Daylight Time"), "Europe/Prague");
  EXPECT_EQ(zone("../../etc/passwd", "Tokyo Standard Time"), "Asia/Tokyo");
  EXPECT_EQ(zone("/etc/passwd", ""), "");
  EXPECT_EQ(zone("", "Middle Earth Time"), "");
}

TEST(F16_FileAuthentication, UndeclaredPrefixThatTheCallManagerWritesIsAccepted) {
  const auto configuration = parse_configuration(
      "<device xsi:type=\"axl:XIPPhone\" "
      "ctiid=\"5\"><fullConfig>True</fullConfig><versionStamp>1</versionStamp></device>");
  ASSERT_TRUE(configuration.ok());
  EXPECT_EQ(configuration->version_stamp, "1");
}

std::string nested(int depth) {
  std::string xml = "<device>";
  for (int i = 0; i < depth; ++i) xml += "<a>";
  for (int i = 0; i < depth; ++i) xml += "</a>";
  return xml + "</device>";
}

struct BadRow {
  const char* name;
  std::string xml;
};
class F16_BadConfiguration_Table : public testing::TestWithParam<BadRow> {};
TEST_P(F16_BadConfiguration_Table, IsRefusedWithAReason) {
  const auto configuration = parse_configuration(GetParam().xml);
  ASSERT_FALSE(configuration.ok());
  EXPECT_FALSE(configuration.status().message().empty());
}
INSTANTIATE_TEST_SUITE_P(
    Bad, F16_BadConfiguration_Table,
    testing::Values(BadRow{"empty", ""}, BadRow{"not xml", "hello"}, BadRow{"other root", "<devices/>"},
                    BadRow{"cut", "<device><fullConfig>tr"},
                    BadRow{"DOCTYPE", "<!DOCTYPE device [<!ENTITY a \"b\">]><device/>"},
                    BadRow{"external entity", "<!DOCTYPE d SYSTEM \"file:///etc/passwd\"><device/>"},
                    BadRow{"deep", nested(100)}, BadRow{"very deep", nested(100000)},
                    BadRow{"large", device(std::string(2 << 20, ' '))},
                    BadRow{"mode", device("<deviceSecurityMode>4</deviceSecurityMode>")},
                    BadRow{"boolean", device("<encrConfig>maybe</encrConfig>")},
                    BadRow{"capf mode", device("<capfAuthMode>-1</capfAuthMode>")},
                    BadRow{"suite", device("<vendorConfig><srtpSuites>NULL</srtpSuites></vendorConfig>")},
                    BadRow{"long text", device("<versionStamp>" + std::string(600, 'x') + "</versionStamp>")}),
    [](const auto& info) {
      std::string name = info.param.name;
      for (char& c : name) c = c == ' ' ? '_' : c;
      return name;
    });

}  // namespace
}  // namespace phone::policy
