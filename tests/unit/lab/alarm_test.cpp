// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The alarm sink's check, row by row.
#include "tools/lab/sip/alarm.hpp"

#include <gtest/gtest.h>

namespace phone::lab {
namespace {

std::string alarm_xml(const std::string& ctl, const std::string& itl, const std::string& code,
                      const std::string& device = "SEP0A1B2C3D4E5F", const std::string& address = "10.0.0.5") {
  const auto one = [](const std::string& name, const std::string& value) {
    return "<String name=\"" + name + "\">" + value + "</String>\n";
  };
  const std::string none = "Not Installed";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<x-cisco-alarm>\n<Alarm "
         "Name=\"DeviceTLInfo\">\n<ParameterList>\n" +
         one("DeviceName", device) + one("IPv4Address", address) + one("IPv6Address", "") + one("CTL_Signature", ctl) +
         one("CTL_TFTP_Server", ctl == none ? "N/A" : "10.0.0.1") + one("ITL_Signature", itl) +
         one("ITL_TFTP_Server", itl == none ? "N/A" : "10.0.0.1") + one("StatusCode", code) +
         "</ParameterList>\n</Alarm>\n</x-cisco-alarm>\n";
}

struct Row {
  const char* name;
  std::string xml;
  std::vector<std::string> problems;
};

class AlarmSink : public testing::TestWithParam<Row> {};

const std::string kCtl = "the CTL", kItl = "the ITL", kNone = "Not Installed";

TEST_P(AlarmSink, SaysWhatIsWrong) {
  const Alarm alarm = read_alarm(
      GetParam().xml,
      {.device = "SEP0A1B2C3D4E5F", .address = "10.0.0.5", .expected = {1, 2, 3, 4}, .ctl = kCtl, .itl = kItl});
  EXPECT_EQ(alarm.problems, GetParam().problems) << GetParam().name;
}

INSTANTIATE_TEST_SUITE_P(
    Alarms, AlarmSink,
    testing::Values(Row{"both lists", alarm_xml(list_signature(kCtl), list_signature(kItl), "4"), {}},
                    Row{"ITL alone", alarm_xml(kNone, list_signature(kItl), "3"), {}},
                    Row{"another list",
                        alarm_xml(list_signature(kCtl), list_signature("old"), "1"),
                        {"ITL_Signature is not that of the list served"}},
                    Row{"code and lists disagree",
                        alarm_xml(kNone, list_signature(kItl), "4"),
                        {"StatusCode does not go with the lists installed"}},
                    Row{"a success with nothing to show",
                        alarm_xml(kNone, kNone, "1"),
                        {"StatusCode does not go with the lists installed"}},
                    Row{"a code nobody expected",
                        alarm_xml(list_signature(kCtl), list_signature(kItl), "9"),
                        {"StatusCode 9 was not expected"}},
                    Row{"another device",
                        alarm_xml(kNone, list_signature(kItl), "3", "SEPFFFFFFFFFFFF"),
                        {"DeviceName is not that of its certificate"}},
                    Row{"another address",
                        alarm_xml(kNone, list_signature(kItl), "3", "SEP0A1B2C3D4E5F", "10.0.0.6"),
                        {"the phone's address is 10.0.0.5"}},
                    Row{"not XML", "<x-cisco-alarm", {"not XML"}}));

TEST(AlarmSink, TheSignatureIsUpperCaseBytesEachFollowedByASpace) {
  EXPECT_EQ(list_signature("abc"), "A9 99 3E 36 47 06 81 6A BA 3E 25 71 78 50 C2 6C 9C D0 D8 9D ");
  EXPECT_EQ(list_signature(""), "Not Installed");
}

}  // namespace
}  // namespace phone::lab
