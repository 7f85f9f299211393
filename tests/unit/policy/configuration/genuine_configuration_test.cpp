// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F46: a file as call managers write it is read whole, however it is written; what is odd in it is told and not taken
// for something else.
#include "tests/unit/policy/configuration/genuine_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "services/policy/configuration/configuration.hpp"
#include "services/policy/configuration/elements.hpp"

namespace phone::policy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}
std::string everywhere(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

TEST(F46_GenuineConfiguration, IsReadWholeAndNothingInItIsUnknown) {
  Remarks remarks;
  const auto read = parse_configuration(genuine_file(), &remarks);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(remarks.sentences, IsEmpty());
  EXPECT_EQ(read->security_mode, SecurityMode::kNonsecure);
  EXPECT_EQ(read->transport, Transport::kTcp) << "4 is read as TCP";
  EXPECT_EQ(read->ip_address_mode, 0U);
  ASSERT_EQ(read->call_managers.size(), 1U);
  EXPECT_EQ(read->call_managers[0], (CallManagerEntry{.name = "cucm.lab",
                                                      .address = "10.0.0.1",
                                                      .sip_port = 5070,
                                                      .secure_sip_port = 5071,
                                                      .sip_oauth_port = 5090}));
  ASSERT_EQ(read->lines.size(), 1U);
  EXPECT_EQ(read->lines[0].contact, "f0a9ab7d-4ec3-4f0e-8f0c-b2e0e8a1d001");
  EXPECT_EQ(read->lines[0].auto_answer, AutoAnswer::kOff) << "2 is locked off";
  EXPECT_EQ(read->lines[0].busy_trigger, 2U) << "callWaiting 3 is locked on";
  EXPECT_EQ(read->register_expires_seconds, 3000U);
  EXPECT_EQ(read->inter_digit_milliseconds, 6000U);
  EXPECT_EQ(read->media_port_first, 16400);
  EXPECT_EQ(read->dscp_media, 40U);
  EXPECT_EQ(read->dscp_signaling, 26U);
  EXPECT_EQ(read->connection_monitor_seconds, 90U);
  EXPECT_EQ(read->time_zone, "America/Chicago");
  EXPECT_EQ(read->network_locale, "United_Kingdom");
  EXPECT_FALSE(read->pc_port_disabled);
  EXPECT_FALSE(read->gratuitous_arp) << "garp 1 is off";
  EXPECT_TRUE(read->voice_vlan_access) << "voiceVlanAccess 0 is on";
  EXPECT_FALSE(read->web_access) << "the common profile is stronger than the enterprise";
  EXPECT_EQ(read->settings_access, SettingsAccess::kRestricted);
  EXPECT_TRUE(read->cdp_pc_port);
}

TEST(F46_GenuineConfiguration, EachElementIsNotedWithItsLevelAndWithoutSecrets) {
  Remarks remarks;
  ASSERT_TRUE(parse_configuration(genuine_file(), &remarks).ok());
  const auto noted = [&](std::string_view path) {
    const auto at = std::ranges::find(remarks.elements, path, &ConfiguredElement::element);
    return at == remarks.elements.end() ? ConfiguredElement{} : *at;
  };
  EXPECT_EQ(noted("vendorConfig/webAccess"),
            (ConfiguredElement{.element = "vendorConfig/webAccess", .text = "1", .level = Level::kCommon}));
  EXPECT_EQ(noted("vendorConfig/enableCdpPcPort").level, Level::kEnterprise);
  EXPECT_EQ(noted("vendorConfig/garp").level, Level::kDevice);
  EXPECT_EQ(noted("vendorConfig/recentsSoftKey").text, "1") << "the file writes it recentsSoftkey";
  EXPECT_EQ(noted("sshPassword").text, "(set)");
  for (const ConfiguredElement& one : remarks.elements)
    EXPECT_EQ(one.text.find("letmein"), std::string::npos) << one.element;
}

using Variation = std::function<std::string(std::string)>;
struct Variant {
  const char* name;
  Variation make;
  friend void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }
};

std::string wide(const std::string& text, int bytes, bool big, bool mark) {
  std::string out;
  const auto put = [&](std::uint32_t c) {
    for (int i = 0; i < bytes; ++i)
      out += static_cast<char>(c >> 8U * static_cast<unsigned>(big ? bytes - 1 - i : i) & 0xFFU);
  };
  if (mark) put(0xFEFF);
  for (const char c : text) put(static_cast<unsigned char>(c));
  return out;
}

std::string cased(const std::string& text, int (*to)(int)) {
  std::string out = text;
  bool tag = false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == '<') tag = i + 1 < out.size() && out[i + 1] != '?';
    if (tag && (out[i] == '>' || out[i] == ' ')) tag = false;
    if (tag) out[i] = static_cast<char>(to(static_cast<unsigned char>(out[i])));
  }
  return out;
}

// The parts of the device, last first.
std::string reversed(const std::string& text) {
  const std::size_t begin = text.find("<fullConfig"), end = text.find("</device>");
  std::vector<std::string> parts;
  for (std::size_t at = begin; at < end;) {
    const std::size_t name_end = text.find_first_of(" >", at);
    const std::string close = "</" + text.substr(at + 1, name_end - at - 1) + ">\n";
    const std::size_t next = text.find(close, at) + close.size();
    parts.push_back(text.substr(at, next - at));
    at = next;
  }
  std::string out = text.substr(0, begin);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) out += *part;
  return out + text.substr(end);
}

const std::string kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

class F46_GenuineConfiguration_Table : public ::testing::TestWithParam<Variant> {};

TEST_P(F46_GenuineConfiguration_Table, MeansTheSame) {
  const auto plain = parse_configuration(genuine_file());
  ASSERT_TRUE(plain.ok());
  const std::string text = GetParam().make(genuine_file());
  ASSERT_NE(text, genuine_file()) << "the variation changes nothing";
  Remarks remarks;
  const auto read = parse_configuration(text, &remarks);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(*read == *plain);
  EXPECT_THAT(remarks.sentences, IsEmpty());
}

Variation swap(const std::string& what, const std::string& with) {
  return [=](const std::string& text) { return replaced(text, what, with); };
}
Variation swap_all(const std::string& what, const std::string& with) {
  return [=](const std::string& text) { return everywhere(text, what, with); };
}

INSTANTIATE_TEST_SUITE_P(
    Variants, F46_GenuineConfiguration_Table,
    ::testing::Values(
        Variant{"no declaration", swap(kDeclaration, "")}, Variant{"declaration without encoding", swap(" encoding=\"UTF-8\"", "")},
        Variant{"lower-case encoding", swap("UTF-8", "utf-8")}, Variant{"quotes of the other kind", swap_all("\"", "'")},
        Variant{"byte order mark", [](const std::string& text) { return "\xef\xbb\xbf" + text; }},
        Variant{"Latin-1", swap("UTF-8", "ISO-8859-1")}, Variant{"Latin-1 in lower case", swap("UTF-8", "iso-8859-1")},
        Variant{"UTF-16 little", [](const std::string& text) { return wide(text, 2, false, true); }},
        Variant{"UTF-16 big", [](const std::string& text) { return wide(text, 2, true, true); }},
        Variant{"UTF-16 without a mark", [](const std::string& text) { return wide(text, 2, false, false); }},
        Variant{"UTF-32", [](const std::string& text) { return wide(text, 4, true, true); }},
        Variant{"CRLF", swap_all("\n", "\r\n")}, Variant{"CR", swap_all("\n", "\r")}, Variant{"one line", swap_all("\n", "")},
        Variant{"tabs", swap_all("\n", "\n\t\t")}, Variant{"blanks around each text", swap_all("</", " </")},
        Variant{"comments", swap_all("<line ", "<!-- a line --><line ")}, Variant{"CDATA", swap("Ada L.", "<![CDATA[Ada L.]]>")},
        Variant{"character references", swap("Ada L.", "Ad&#97; L&#x2e;")},
        Variant{"names in lower case", [](const std::string& text) { return cased(text, &tolower); }},
        Variant{"names in upper case", [](const std::string& text) { return cased(text, &toupper); }},
        Variant{"root in another case", [](const std::string& text) { return everywhere(everywhere(text, "<device ", "<Device "), "</device>", "</Device>"); }},
        Variant{"order reversed", [](const std::string& text) { return reversed(text); }},
        Variant{"empty elements closed in one tag", swap_all("<idleURL></idleURL>", "<idleURL/>")},
        Variant{"True and False", [](const std::string& text) { return everywhere(everywhere(text, ">true<", ">True<"), ">false<", ">False<"); }},
        Variant{"TRUE and FALSE", [](const std::string& text) { return everywhere(everywhere(text, ">true<", ">TRUE<"), ">false<", ">FALSE<"); }},
        Variant{"1 and 0 for true and false", [](const std::string& text) { return everywhere(everywhere(text, ">true<", ">1<"), ">false<", ">0<"); }},
        Variant{"words for lockable switches", swap("<callWaiting>3<", "<callWaiting>true<")},
        Variant{"1 for a lockable switch", swap("<callWaiting>3<", "<callWaiting>1<")},
        Variant{"0 for a lockable switch", swap("<autoAnswerEnabled>2<", "<autoAnswerEnabled>0<")},
        Variant{"enabled for an inverted switch", swap("<voiceVlanAccess>0<", "<voiceVlanAccess>Enabled<")},
        Variant{"disabled for an inverted switch", swap("<garp>1<", "<garp>disabled<")},
        Variant{"vendorConfig within commonConfig", [](const std::string& text) {
                  return replaced(replaced(text, "<commonConfig>", "<commonConfig><vendorConfig>"), "</commonConfig>", "</vendorConfig></commonConfig>");
                }},
        Variant{"transport 1", swap("<transportLayerProtocol>4<", "<transportLayerProtocol>1<")},
        Variant{"leading zeros", swap("<kpml>3<", "<kpml>03<")},
        Variant{"MLPP under the device pool", [](const std::string& text) {
                  return replaced(replaced(text, "<mlppDomainId>000000</mlppDomainId>\n", ""), "</devicePool>", "<mlppDomainId>000000</mlppDomainId></devicePool>");
                }}),
    [](const auto& info) {
      std::string name = info.param.name;
      std::erase_if(name, [](char c) { return !isalnum(static_cast<unsigned char>(c)); });
      return name;
    });

struct OddRow {
  const char* name;
  const char* what;
  const char* with;
  const char* refusal;  // empty: a remark instead
  const char* remark;
  friend void PrintTo(const OddRow& row, std::ostream* out) { *out << row.name; }
};
class F46_OddConfiguration_Table : public ::testing::TestWithParam<OddRow> {};

TEST_P(F46_OddConfiguration_Table, SecurityIsStrictAndTheRestFallsBackWithARemark) {
  Remarks remarks;
  const auto read = parse_configuration(replaced(genuine_file(), GetParam().what, GetParam().with), &remarks);
  if (*GetParam().refusal != '\0') {
    ASSERT_FALSE(read.ok());
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(GetParam().refusal));
    return;
  }
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(remarks.sentences, ElementsAre(HasSubstr(GetParam().remark)));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, F46_OddConfiguration_Table,
    ::testing::Values(
        OddRow{"bad timer", "<timerT1>500<", "<timerT1>soon<", "",
               "sipProfile/sipStack/timerT1: not a number from 100 to 4000; 500 is used"},
        OddRow{"bad port", "<sipPort>5070<", "<sipPort>99999<", "",
               "ports/sipPort: not a number from 1 to 65535; 5060 is used"},
        OddRow{"bad media ports", "<stopMediaPort>32000<", "<stopMediaPort>5<", "",
               "sipProfile/startMediaPort: invalid port range; 16384 to 32766 is used"},
        OddRow{"bad flag", "<callStats>false<", "<callStats>perhaps<", "",
               "sipProfile/callStats: must be true or false; false is used"},
        OddRow{"misspelt", "<garp>1</garp>", "<gapr>1</gapr>", "",
               "unknown element vendorConfig/gapr is ignored; did you mean vendorConfig/garp?"},
        OddRow{"misspelt in another level", "<settingsAccess>2</settingsAccess>", "<settingAccess>2</settingAccess>",
               "", "unknown element commonConfig/settingAccess is ignored; did you mean vendorConfig/settingsAccess?"},
        OddRow{"in the wrong place", "<idleTimeout>0", "<garp>1</garp><idleTimeout>0", "",
               "unknown element garp is ignored; did you mean vendorConfig/garp?"},
        OddRow{"unknown", "<rollover>0</rollover>", "<flyingCar>0</flyingCar>", "",
               "unknown element flyingCar is ignored"},
        OddRow{"a number with a blank", "<name>1001<", "<name>10 01<", "",
               "\"10 01\" cannot stand in a SIP address; the line is left out"},
        OddRow{"bad mode", "<deviceSecurityMode>1<", "<deviceSecurityMode>4<", "deviceSecurityMode", ""},
        OddRow{"bad inverted switch", "<garp>1<", "<garp>true<", "garp: must be 0 (enabled) or 1 (disabled)", ""},
        OddRow{"bad settings access", "<settingsAccess>2<", "<settingsAccess>7<", "settingsAccess", ""},
        OddRow{"bad address mode", "<ipAddressMode>2<", "<ipAddressMode>3<", "ipAddressMode", ""},
        OddRow{"bad switch of security", "<disableSpeaker>false<", "<disableSpeaker>perhaps<",
               "disableSpeaker: must be true or false", ""},
        OddRow{"security twice", "<garp>1</garp>", "<garp>1</garp><GARP>0</GARP>",
               "vendorConfig/garp: is present twice", ""},
        OddRow{"a group twice", "<vendorConfig>", "<VendorConfig></VendorConfig><vendorConfig>",
               "vendorConfig: is present twice", ""},
        OddRow{"another protocol", "<deviceProtocol>SIP<", "<deviceProtocol>SCCP<",
               "the configuration is for SCCP, not for SIP", ""}),
    [](const auto& info) {
      std::string name = info.param.name;
      std::erase_if(name, [](char c) { return !isalnum(static_cast<unsigned char>(c)); });
      return name;
    });

TEST(F46_OddConfiguration, TheTextOfAnUnknownElementIsNeverKept) {
  Remarks remarks;
  ASSERT_TRUE(parse_configuration(
                  replaced(genuine_file(), "<phonePassword></phonePassword>", "<phonePasword>48151623</phonePasword>"),
                  &remarks)
                  .ok());
  EXPECT_THAT(remarks.sentences, Contains(HasSubstr("did you mean commonProfile/phonePassword?")));
  for (const ConfiguredElement& one : remarks.elements) EXPECT_EQ(one.text.find("48151623"), std::string::npos);
}

TEST(F46_OddConfiguration, ManyUnknownElementsAreToldInBoundedWords) {
  std::string many;
  for (int i = 0; i < 1500; ++i) many += "<x" + std::to_string(i) + ">1</x" + std::to_string(i) + ">";
  Remarks remarks;
  ASSERT_TRUE(parse_configuration(replaced(genuine_file(), "<vendorConfig>", "<vendorConfig>" + many), &remarks).ok());
  EXPECT_EQ(remarks.sentences.size(), 13U);
  EXPECT_EQ(remarks.sentences.back(), "more unknown elements are ignored");
}

}  // namespace
}  // namespace phone::policy
