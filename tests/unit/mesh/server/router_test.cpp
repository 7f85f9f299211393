// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/server/router.hpp"

#include <gtest/gtest.h>

#include "grpc/health/v1/health.pb.h"
#include "phone/network/v1/network_access.pb.h"
#include "phone/signaling/v1/signaling.pb.h"

namespace phone::mesh {
namespace {

using signaling::v1::CallReply;
using signaling::v1::CallRequest;
using signaling::v1::DialRequest;

constexpr auto kDial = "phone.signaling.v1.Signaling/Dial";
constexpr auto kIgnore = [](const auto&, const auto&) {};

absl::StatusCode admitted(const Router& router, std::string_view method, Role role) {
  const Router::Method* found = nullptr;
  const auto status = router.admit(method, role, &found);
  EXPECT_EQ(status.ok(), found != nullptr);
  return status.code();
}

TEST(Mesh_Router, CallersComeBeforeEverythingElse) {
  Router router;
  router.unary<DialRequest, CallReply>(kDial, kIgnore);
  EXPECT_EQ(admitted(router, kDial, v1::ROLE_GATEWAY), absl::StatusCode::kOk);
  EXPECT_EQ(admitted(router, kDial, v1::ROLE_UI), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(admitted(router, "phone.signaling.v1.Signaling/HangUp", v1::ROLE_UI), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(admitted(router, "phone.signaling.v1.Signaling/HangUp", v1::ROLE_GATEWAY),
            absl::StatusCode::kUnimplemented);
  EXPECT_EQ(admitted(router, "phone.signaling.v1.Signaling/Nothing", v1::ROLE_GATEWAY),
            absl::StatusCode::kUnimplemented);
  EXPECT_EQ(admitted(router, "phone.policy.v1.Policy/GetStatus", v1::ROLE_GATEWAY), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(admitted(router, "", v1::ROLE_GATEWAY), absl::StatusCode::kUnimplemented);
}

TEST(Mesh_Router, HealthIsForEveryoneAndReflectionForDiagnosticsAlone) {
  const Router router;
  for (int i = v1::Role_MIN + 1; i <= v1::Role_MAX; ++i) {
    if (!v1::Role_IsValid(i)) continue;
    const auto role = static_cast<Role>(i);
    EXPECT_EQ(admitted(router, "grpc.health.v1.Health/Check", role), absl::StatusCode::kOk);
    EXPECT_EQ(admitted(router, "grpc.health.v1.Health/Watch", role), absl::StatusCode::kOk);
    EXPECT_EQ(admitted(router, "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", role),
              role == v1::ROLE_DIAGNOSTICS ? absl::StatusCode::kOk : absl::StatusCode::kPermissionDenied);
  }
}

TEST(Mesh_RouterDeathTest, HandlerThatIsNotTheMethodEndsTheProcess) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH((Router().unary<CallRequest, CallReply>(kDial, kIgnore)), "types");
  EXPECT_DEATH((Router().unary<DialRequest, CallRequest>(kDial, kIgnore)), "types");
  EXPECT_DEATH((Router().unary<DialRequest, CallReply>("phone.signaling.v1.Signaling/Dail", kIgnore)),
               "no such method");
  EXPECT_DEATH((Router().unary<DialRequest, CallReply>("phone.signaling.v1.Signalling/Dial", kIgnore)),
               "no .proto has");
  EXPECT_DEATH((Router().unary<network::v1::WatchNetworkRequest, network::v1::NetworkFacts>(
                   "phone.network.v1.NetworkAccess/WatchNetwork", kIgnore)),
               "streaming");
  const auto twice = [] {
    Router router;
    router.unary<DialRequest, CallReply>(kDial, kIgnore);
    router.unary<DialRequest, CallReply>(kDial, kIgnore);
  };
  EXPECT_DEATH(twice(), "twice");
}

}  // namespace
}  // namespace phone::mesh
