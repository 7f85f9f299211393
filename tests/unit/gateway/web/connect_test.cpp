// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F96: words of the Connect protocol.
#include "gateway/web/request/connect.hpp"

#include <gtest/gtest.h>

namespace phone::gateway::web {
namespace {

using namespace std::string_literals;

struct CodeRow {
  absl::StatusCode code;
  const char* name;
  unsigned status;
};
class F96_ConnectCodes_Table : public testing::TestWithParam<CodeRow> {};
TEST_P(F96_ConnectCodes_Table, AreThoseOfTheProtocol) {
  EXPECT_EQ(error_code(GetParam().code), GetParam().name);
  EXPECT_EQ(http_status(GetParam().code), GetParam().status);
}
using Code = absl::StatusCode;
INSTANTIATE_TEST_SUITE_P(Rows, F96_ConnectCodes_Table,
                         testing::Values(CodeRow{Code::kCancelled, "canceled", 499},
                                         CodeRow{Code::kUnknown, "unknown", 500},
                                         CodeRow{Code::kInvalidArgument, "invalid_argument", 400},
                                         CodeRow{Code::kDeadlineExceeded, "deadline_exceeded", 504},
                                         CodeRow{Code::kNotFound, "not_found", 404},
                                         CodeRow{Code::kPermissionDenied, "permission_denied", 403},
                                         CodeRow{Code::kResourceExhausted, "resource_exhausted", 429},
                                         CodeRow{Code::kFailedPrecondition, "failed_precondition", 400},
                                         CodeRow{Code::kUnimplemented, "unimplemented", 501},
                                         CodeRow{Code::kUnavailable, "unavailable", 503},
                                         CodeRow{Code::kUnauthenticated, "unauthenticated", 401}));

TEST(F96_ConnectError, QuotesWhatWouldEndTheString) {
  EXPECT_EQ(error_json(absl::NotFoundError("no \"call\" \\ 7\n\x1b")),
            R"({"code":"not_found","message":"no \"call\" \\ 7 "})");
}

TEST(F96_Envelope, CarriesFlagsAndLength) {
  EXPECT_EQ(message_envelope("{}"), "\0\0\0\0\x02{}"s);
  EXPECT_EQ(message_envelope(std::string(0x010203, 'x')).substr(0, 5), "\0\0\x01\x02\x03"s);
  EXPECT_EQ(end_envelope(absl::OkStatus()), "\x02\0\0\0\x02{}"s);
  EXPECT_EQ(end_envelope(absl::UnavailableError("gone")).substr(5),
            R"({"error":{"code":"unavailable","message":"gone"}})");
}

TEST(F96_Envelope, ARequestIsExactlyOneMessage) {
  EXPECT_EQ(only_message("\0\0\0\0\x02{}"s).value(), "{}");
  EXPECT_EQ(only_message("\0\0\0\0"s).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(only_message("\0\0\0\0\x03{}"s).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(only_message("\0\0\0\0\x01{}"s).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(only_message("\0\xff\xff\xff\xff{}"s).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(only_message("\x01\0\0\0\x02{}"s).status().code(), Code::kUnimplemented);
  EXPECT_EQ(only_message("\x02\0\0\0\x02{}"s).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace phone::gateway::web
