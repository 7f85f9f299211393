// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F96: messages between JSON and bytes, by descriptor.
#include "gateway/web/calls/json_rpc.hpp"

#include <gtest/gtest.h>

#include "phone/gateway/v1/gateway.pb.h"

namespace phone::gateway::web {
namespace {

using phone::gateway::v1::PhoneStatus;
using phone::signaling::v1::DialRequest;

TEST(F96_Json, ARequestIsReadByItsDescriptor) {
  const auto bytes = bytes_of(*DialRequest::descriptor(), R"({"number":"1002","speedDial":7})");
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  DialRequest request;
  ASSERT_TRUE(request.ParseFromString(*bytes));
  EXPECT_EQ(request.number(), "1002");
  EXPECT_EQ(request.speed_dial(), 7U);
}

TEST(F96_Json, WhatIsNotThisMessageIsRefused) {
  const std::string deep = std::string(200, '[') + std::string(200, ']');
  for (const std::string& wrong :
       {std::string(), std::string("{"), std::string("[]"), std::string(R"({"nummer":"1"})"),
        std::string(R"({"line":"many"})"), std::string(R"({"line":-1})"), std::string("{\"number\":\"\xff\"}"), deep}) {
    EXPECT_EQ(bytes_of(*DialRequest::descriptor(), wrong).status().code(), absl::StatusCode::kInvalidArgument) << wrong;
  }
}

TEST(F96_Json, AnAnswerIsWrittenInTheContractsOwnMapping) {
  PhoneStatus status;
  status.set_version(1ULL << 60);
  auto& call = *status.mutable_signaling()->add_call();
  call.set_state(phone::signaling::v1::CALL_STATE_RINGING_IN);
  call.set_remote_name("<b>\"x\"</b>");
  const auto json = json_of(*PhoneStatus::descriptor(), status.SerializeAsString());
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(*json,
            "{\"version\":\"1152921504606846976\",\"signaling\":{\"call\":[{\"remoteName\":"
            "\"\\u003cb\\u003e\\\"x\\\"\\u003c/b\\u003e\",\"state\":\"CALL_STATE_RINGING_IN\"}]}}");
}

TEST(F96_Json, BytesThatAreNotTheMessageAreAFaultOfTheGateway) {
  EXPECT_EQ(json_of(*PhoneStatus::descriptor(), "\xff\xff\xff").status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace phone::gateway::web
