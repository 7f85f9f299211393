// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The text of service-control, row by row (cucm-calls.md 5).
#include "services/signaling/control/service_control.hpp"

#include <gtest/gtest.h>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr char kStamps[] = "ConfigVersionStamp={7}\nDialplanVersionStamp={}\nSoftkeyVersionStamp={9-a}\n";
constexpr char kApply[] = "FirmwareLoadId={sip88xx.1}\nLoadServer={}\nLogServer{10.0.0.1 514}\n";

struct ControlRow {
  const char* name;
  std::string text;
  const char* refused;  // nullptr: read
};

class F94_ServiceControl_Table : public testing::TestWithParam<ControlRow> {};

INSTANTIATE_TEST_SUITE_P(
    Bodies, F94_ServiceControl_Table,
    testing::Values(
        ControlRow{"Reset", "action=reset\nRegisterCallId={1@SEP}\n", nullptr},
        ControlRow{"CarriageReturns", "action=restart\r\nRegisterCallId={1@SEP}\r\n", nullptr},
        ControlRow{"KeysInAnyCase", "ACTION=Restart\nregistercallid={1@SEP}", nullptr},
        ControlRow{"ProblemReport", "action=prt-report\nRegisterCallId={1@SEP}", nullptr},
        ControlRow{"CheckVersion", cat("action=check-version\nRegisterCallId={1@SEP}\n", kStamps), nullptr},
        ControlRow{"UnknownKeys", "action=reset\nHeadsetVersionStamp={0-0000000000}\n", nullptr},
        ControlRow{"ApplyConfig", cat("action=apply-config\n", kStamps, kApply, "CUCMResult=no_change\n"), nullptr},
        ControlRow{"TheSameTwice", "action=reset\naction=reset\n", nullptr},
        ControlRow{"Empty", "", "action is missing"},
        ControlRow{"NoAction", "RegisterCallId={1@SEP}", "action is missing"},
        ControlRow{"UnknownAction", "action=explode", "the action explode is unknown"},
        ControlRow{"ForeignAction", "action=\xff\x01", "the action ?? is unknown"},
        ControlRow{"TwoActions", "action=reset\naction=restart", "action is given twice"},
        ControlRow{"NoStamps", "action=check-version", "ConfigVersionStamp is missing"},
        ControlRow{"NoDialPlan", "action=check-version\nConfigVersionStamp={7}", "DialplanVersionStamp is missing"},
        ControlRow{"NoSoftKeys", "action=check-version\nConfigVersionStamp={7}\nDialplanVersionStamp={}",
                   "SoftkeyVersionStamp is missing"},
        ControlRow{"NoResult", cat("action=apply-config\n", kStamps, kApply), "CUCMResult is missing"},
        ControlRow{"UnknownResult", cat("action=apply-config\n", kStamps, kApply, "CUCMResult=maybe"),
                   "the CUCMResult is unknown"},
        ControlRow{"NoLogServer",
                   cat("action=apply-config\n", kStamps, "FirmwareLoadId={}\nLoadServer={}\nCUCMResult=no_change"),
                   "LogServer is missing"},
        ControlRow{"NoValue", "action", "a line has no value"}, ControlRow{"NoKey", "=reset", "a line has no key"},
        ControlRow{"Xml", "<action>reset</action>", "a line has no value"},
        ControlRow{"LongValue", cat("action=reset\nx=", std::string(513, 'y')), "a value is too long"},
        ControlRow{"ManyLines", cat("action=reset\n", std::string(100, '\n'), "a=b"), "too many lines"},
        ControlRow{"Large", cat("action=reset\n", std::string(8192, 'y')), "the body is too large"}),
    [](const auto& row) { return row.param.name; });

TEST_P(F94_ServiceControl_Table, IsReadOrRefusedWithItsReason) {
  const auto read = read_service_control(GetParam().text);
  if (GetParam().refused == nullptr) {
    EXPECT_TRUE(read.ok()) << read.status();
  } else {
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.status().message(), GetParam().refused);
  }
}

TEST(F94_ServiceControl, HasWhatTheCallManagerSaid) {
  const auto read = read_service_control(
      cat("action=apply-config\nRegisterCallId={1@SEP}\n", kStamps, kApply, "CUCMResult={reregister_needed}"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->action, ServiceAction::kApplyConfig);
  EXPECT_EQ(read->register_call_id, "1@SEP");
  EXPECT_EQ(read->stamps, (VersionStamps{.configuration = "7", .dial_plan = "", .soft_keys = "9-a"}));
  EXPECT_EQ(read->result, ConfigResult::kReregister);
  EXPECT_EQ(read->load, "sip88xx.1");
  EXPECT_TRUE(is_zero_stamp("0-0000000000"));
  EXPECT_EQ(bare_stamp("{lab-0001}"), "lab-0001");
  EXPECT_EQ(bare_stamp("1555108264-a"), "1555108264-a");
  EXPECT_FALSE(is_zero_stamp(""));
  EXPECT_FALSE(is_zero_stamp("1555108264-00"));
}

}  // namespace
}  // namespace phone::signaling
