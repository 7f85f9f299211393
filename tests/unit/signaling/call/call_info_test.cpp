// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Call-Info of CUCM (cisco-formats.md G3): the level of the far end, and nothing that is not said.
#include "services/signaling/call/call_info.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace phone::signaling {
namespace {

struct InfoRow {
  const char* name;
  std::vector<const char*> fields;
  std::optional<SecurityLevel> level;
  bool voip = false;
};

class CallInfoField : public testing::TestWithParam<InfoRow> {};

TEST_P(CallInfoField, IsRead) {
  Message message;
  for (const char* field : GetParam().fields) message.add("Call-Info", field);
  const auto info = read_call_info(message);
  ASSERT_EQ(info.has_value(), GetParam().level.has_value());
  if (!info.has_value()) return;
  EXPECT_EQ(info->level, *GetParam().level);
  EXPECT_EQ(info->voip, GetParam().voip);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, CallInfoField,
    testing::Values(
        InfoRow{"None", {}, std::nullopt},
        InfoRow{"BlanksBehindTheSigns",
                {"<urn:x-cisco-remotecc:callinfo>; security= Encrypted; orientation= to; isVoip"},
                SecurityLevel::kEncrypted,
                true},
        InfoRow{"AnyCase", {"<URN:X-Cisco-Remotecc:CallInfo>;SECURITY=authenticated"}, SecurityLevel::kAuthenticated},
        InfoRow{"NotAuthenticated",
                {"<urn:x-cisco-remotecc:callinfo>;security=NotAuthenticated"},
                SecurityLevel::kNotAuthenticated},
        InfoRow{"AWordThatIsUnknown", {"<urn:x-cisco-remotecc:callinfo>;security=Best"}, SecurityLevel::kUnknown},
        InfoRow{"WithoutALevel", {"<urn:x-cisco-remotecc:callinfo>;isVoip"}, SecurityLevel::kUnknown, true},
        InfoRow{"OfAnotherKind", {"<urn:x-cisco-remotecc:hold>;security=Encrypted"}, std::nullopt},
        InfoRow{"AnIcon", {"<http://192.0.2.1/a.png>;purpose=icon"}, std::nullopt},
        InfoRow{"BehindAnotherInOneField",
                {"<urn:x-cisco-remotecc:hold>; reason= transfer, <urn:x-cisco-remotecc:callinfo>;security=Encrypted"},
                SecurityLevel::kEncrypted},
        InfoRow{"TheFirstOfTwo",
                {"<urn:x-cisco-remotecc:callinfo>;security=NotAuthenticated",
                 "<urn:x-cisco-remotecc:callinfo>;security=Encrypted"},
                SecurityLevel::kNotAuthenticated},
        InfoRow{"InsideQuotesIsNotSaid",
                {"<urn:x-cisco-remotecc:callinfo>;x=\";security=Encrypted\""},
                SecurityLevel::kUnknown}),
    [](const auto& row) { return row.param.name; });

TEST(WrittenCallInfo, IsWrittenAsItIsRead) {
  for (SecurityLevel level : {SecurityLevel::kNotAuthenticated, SecurityLevel::kAuthenticated,
                              SecurityLevel::kEncrypted, SecurityLevel::kUnknown}) {
    Message message;
    message.add("Call-Info", write_call_info(level, true));
    ASSERT_TRUE(read_call_info(message).has_value());
    EXPECT_EQ(read_call_info(message)->level, level);
  }
  EXPECT_NE(write_call_info(SecurityLevel::kEncrypted, true).find("orientation=from"), std::string::npos);
  EXPECT_NE(write_call_info(SecurityLevel::kEncrypted, false).find("orientation=to"), std::string::npos);
}

}  // namespace
}  // namespace phone::signaling
