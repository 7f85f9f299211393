// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/call/reply.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "common/mesh/server/load.hpp"
#include "phone/signaling/v1/signaling.pb.h"

namespace phone::mesh {
namespace {

struct Recorded final : Answer {
  Recorded() : Answer(CallInfo{.caller = v1::ROLE_UI}) {}
  void deliver(const absl::Status& status, const google::protobuf::Message*) override {
    last = status;
    ++times;
  }
  std::optional<absl::Status> last;
  int times = 0;
};

TEST(Mesh_Reply, DroppedIsUnavailableOnce) {
  const auto answer = std::make_shared<Recorded>();
  {
    const Reply<signaling::v1::CallReply> reply(answer);
    const auto copy = reply;  // NOLINT: a second handle keeps the call open
  }
  EXPECT_EQ(answer->times, 1);
  EXPECT_EQ(answer->last->code(), absl::StatusCode::kUnavailable);
}

TEST(Mesh_Reply, AnsweredIsNotAnsweredAgainWhenDropped) {
  const auto answer = std::make_shared<Recorded>();
  {
    const Reply<signaling::v1::CallReply> reply(answer);
    reply.ok({});
    reply.fail(absl::InternalError(""));
  }
  EXPECT_EQ(answer->times, 1);
  EXPECT_TRUE(answer->last->ok());
}

TEST(Mesh_Load, LimitsHoldPerRoleAndInAll) {
  const auto load =
      std::make_shared<Load>(Limits{.unary = 3, .unary_per_role = 2, .streams = 1, .streams_per_role = 1});
  const MethodRow cheap{};
  const auto take = [&](bool stream, Role role) { return AdmissionTicket::take(load, stream, role, cheap); };
  auto first = take(false, v1::ROLE_UI);
  auto second = take(false, v1::ROLE_UI);
  EXPECT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(take(false, v1::ROLE_UI).status(), absl::ResourceExhaustedError("too many calls in progress"));
  auto other = take(false, v1::ROLE_GATEWAY);
  EXPECT_TRUE(other.ok());
  EXPECT_FALSE(take(false, v1::ROLE_MEDIA).ok());
  EXPECT_TRUE(take(true, v1::ROLE_MEDIA).ok()) << "streams are counted apart";
  *first = AdmissionTicket();
  EXPECT_TRUE(take(false, v1::ROLE_MEDIA).ok());
  EXPECT_EQ(load->unary(), 2);
}

TEST(Mesh_Load, DearMethodHasFewPlacesOfEachRole) {
  const auto load = std::make_shared<Load>(Limits{});
  const MethodRow dear{.method = "PreviewTrustList", .in_flight = 1}, other{.method = "VerifyFile", .in_flight = 1};
  auto first = AdmissionTicket::take(load, false, v1::ROLE_UI, dear);
  EXPECT_TRUE(first.ok());
  EXPECT_EQ(AdmissionTicket::take(load, false, v1::ROLE_UI, dear).status(),
            absl::ResourceExhaustedError("too many calls of PreviewTrustList in progress: at most 1 at a time"));
  EXPECT_EQ(load->unary(), 1) << "what is refused takes no place";
  EXPECT_TRUE(AdmissionTicket::take(load, false, v1::ROLE_DIAGNOSTICS, dear).ok());
  EXPECT_TRUE(AdmissionTicket::take(load, false, v1::ROLE_UI, other).ok());
  *first = AdmissionTicket();
  EXPECT_TRUE(AdmissionTicket::take(load, false, v1::ROLE_UI, dear).ok());
}

}  // namespace
}  // namespace phone::mesh
