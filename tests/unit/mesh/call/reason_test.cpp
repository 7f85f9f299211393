// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/call/reason.hpp"

#include <gtest/gtest.h>

#include "common/mesh/actor/actor_error.hpp"
#include "common/mesh/call/grpc_status.hpp"
#include "phone/mesh/v1/errors.pb.h"

namespace phone::mesh {
namespace {

const absl::Status kRefused =
    with_reason(absl::NotFoundError("no call 7"), "NO_SUCH_CALL", {{"service", "signaling"}, {"call", "7"}});

TEST(F98_Reason, GoesOverTheWireBesideTheSentence) {
  const grpc::Status sent = to_grpc(kRefused);
  EXPECT_EQ(sent.error_message(), "no call 7");
  EXPECT_EQ(from_grpc(sent), kRefused);
  EXPECT_EQ(reason_of(from_grpc(sent)), "NO_SUCH_CALL");
  v1::ErrorStatus details;
  ASSERT_TRUE(details.ParseFromString(sent.error_details()));
  EXPECT_EQ(details.code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(details.message(), "no call 7");
}

TEST(F98_Reason, EveryRefusalHasOneAndThePlainOneIsTheNameOfItsCode) {
  const absl::Status plain = absl::FailedPreconditionError("not registered");
  v1::ErrorStatus details;
  ASSERT_TRUE(details.ParseFromString(to_grpc(plain).error_details()));
  v1::ErrorInfo info;
  ASSERT_TRUE(info.ParseFromString(details.details(0).value()));
  EXPECT_EQ(info.reason(), "FAILED_PRECONDITION");
  EXPECT_EQ(info.domain(), "phonemesh");
  EXPECT_EQ(from_grpc(to_grpc(plain)), plain) << "it says no more than the code";
}

TEST(F98_Reason, SurvivesAnActor) {
  const absl::Status refused = with_reason(absl::NotFoundError("no call 7"), "NO_SUCH_CALL");
  EXPECT_EQ(to_status(to_error(refused)), refused);
  EXPECT_EQ(to_status(to_error(absl::NotFoundError("x"))), absl::NotFoundError("x"));
}

TEST(F98_Reason, MetadataIsAddedAndTheReasonKept) {
  const absl::Status more = with_reason(kRefused, "", {{"method", "HangUp"}});
  EXPECT_EQ(reason_of(more), "NO_SUCH_CALL");
  EXPECT_NE(more, kRefused);
  EXPECT_TRUE(with_reason(absl::OkStatus(), "X").ok());
}

TEST(F98_Reason, WhatAHostilePeerSendsAsDetailsIsDropped) {
  const absl::Status plain = absl::NotFoundError("x");
  v1::ErrorInfo info;
  info.set_domain("phonemesh");
  const auto with = [&](const std::string& word) {
    info.set_reason(word);
    v1::ErrorStatus details;
    details.add_details()->set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
    details.mutable_details(0)->set_value(info.SerializeAsString());
    return with_details(plain, details.SerializeAsString());
  };
  EXPECT_EQ(reason_of(with("NO_SUCH_CALL")), "NO_SUCH_CALL");
  for (const std::string& word : {std::string(), std::string("lower"), std::string("A\x1b[2J"), std::string(64, 'A')})
    EXPECT_EQ(with(word), plain) << word;
  info.set_domain("elsewhere.example");
  EXPECT_EQ(with("NO_SUCH_CALL"), plain);
  EXPECT_EQ(with_details(plain, "\xff\xff\xff"), plain);
  EXPECT_EQ(with_details(plain, std::string(5000, '\0')), plain);
}

}  // namespace
}  // namespace phone::mesh
