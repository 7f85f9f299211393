// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/call/reply.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

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

// All roles but one, doing their worst, leave that one its own places; and none of it goes beyond the totals.
TEST(Mesh_Load, OthersCannotTakeTheLastPlacesOfARole) {
  const Limits limits;
  const MethodRow cheap{};
  for (const bool stream : {false, true}) {
    const auto load = std::make_shared<Load>(limits);
    const auto take = [&](Role role) { return AdmissionTicket::take(load, stream, role, cheap); };
    std::vector<AdmissionTicket> held;
    for (const RoleRow& row : role_table()) {
      if (row.number == v1::ROLE_POLICY) continue;
      for (auto ticket = take(static_cast<Role>(row.number)); ticket.ok(); ticket = take(static_cast<Role>(row.number)))
        held.push_back(*std::move(ticket));
    }
    const int reserved = stream ? limits.streams_reserved : limits.unary_reserved;
    const int all = stream ? limits.streams : limits.unary;
    EXPECT_EQ(held.size(), static_cast<size_t>(all - reserved)) << "what nobody reserved is used";
    for (int i = 0; i < reserved; ++i) {
      auto own = take(v1::ROLE_POLICY);
      ASSERT_TRUE(own.ok()) << own.status() << " stream: " << stream;
      held.push_back(*std::move(own));
    }
    EXPECT_EQ(take(v1::ROLE_POLICY).status(), absl::ResourceExhaustedError("too many calls in progress"));
    EXPECT_EQ(stream ? load->streams() : load->unary(), all);
    held.clear();
    EXPECT_EQ(stream ? load->streams() : load->unary(), 0);
    const int per_role = stream ? limits.streams_per_role : limits.unary_per_role;
    for (int i = 0; i < per_role; ++i) {
      auto ticket = take(v1::ROLE_POLICY);
      ASSERT_TRUE(ticket.ok()) << "given back, " << i;
      held.push_back(*std::move(ticket));
    }
    EXPECT_FALSE(take(v1::ROLE_POLICY).ok());
  }
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
